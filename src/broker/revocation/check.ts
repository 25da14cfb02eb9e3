import type { BrokerConfig } from '../config.ts';
import type { RevocationFigures } from './figures.ts';
import type { PeerChain } from './peer-chain.ts';

/** A way of checking whether a client's certificate was revoked: one file, one line in `index.ts`. */
export type RevocationCheck = {
  name: string;
  /** Reads what it needs. Throws BrokerError with a sentence for the user, and then leaves nothing open. */
  open(config: BrokerConfig, figures: RevocationFigures): Promise<RevocationGuard>;
};

export type RevocationGuard = {
  /** CRLs (PEM, one each) that OpenSSL is to check in every handshake; null leaves its CRL check off. */
  crl: Buffer[] | null;
  /**
   * Asked after the handshake about a client whose chain has verified: null lets it go on, a cause refuses it at the layer `tls`. Null
   * where the handshake itself decides; then `recheck` is asked about those that come in by a resumed session, which OpenSSL lets pass.
   */
  refusal: Inquiry | null;
  /**
   * Asked again about a client, of which the handshake or `refusal` has decided before: one that resumes its session, or one that is
   * connected when others are revoked. Does not go by what was remembered. Null where nothing can be revoked.
   */
  recheck: Inquiry | null;
  /** What it is told of the broker, once, before it listens. */
  attach(broker: GuardedBroker): void;
  /** The files that the configuration names have been replaced. Resolves when what is new holds for the next handshake. */
  reload(): Promise<void>;
  close(): Promise<void>;
};

export type Inquiry = (client: PeerChain) => string | null | Promise<string | null>;

/** What a guard can bring about in the broker. */
export type GuardedBroker = {
  /** From the next handshake on OpenSSL checks these (PEM, one each); null turns its check off. */
  useCrls(crls: Buffer[] | null): void;
  /** More certificates are revoked than before. */
  moreRevoked(): void;
};

/** A guard that lets everybody pass. */
export const nothingToAsk: RevocationGuard = {
  crl: null,
  refusal: null,
  recheck: null,
  attach: () => undefined,
  reload: async () => undefined,
  close: async () => undefined,
};
