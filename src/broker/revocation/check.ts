import type { TLSSocket } from 'node:tls';
import type { BrokerConfig } from '../config.ts';

/** A way of checking whether a client's certificate was revoked: one file, one line in `index.ts`. */
export type RevocationCheck = {
  name: string;
  /** Reads what it needs. Throws BrokerError with a sentence for the user. */
  open(config: BrokerConfig): Promise<RevocationGuard>;
};

export type RevocationGuard = {
  /** CRLs (PEM, one each) that OpenSSL is to check in every handshake; null leaves its CRL check off. */
  crl: Buffer[] | null;
  /**
   * Asked after the handshake about a client whose chain has verified: null lets it go on, a cause refuses it at the layer `tls`. Null
   * where the handshake itself decides.
   */
  refusal: ((socket: TLSSocket) => string | null | Promise<string | null>) | null;
  close(): Promise<void>;
};
