import { Violation } from '../alerts.ts';
import { readCertificate } from '../messages/certificate.ts';
import { type ServerKey, serverKeyOf } from '../signature-schemes.ts';
import { WireError } from '../wire-error.ts';
import { type Certificate, readX509, verifyChain } from './chain.ts';

export type TrustOptions = {
  /** Trust anchors: PEM (one or more certificates), or one certificate in DER. Null only where nothing is verified. */
  ca: string | Uint8Array | readonly (string | Uint8Array)[] | null;
  /** DNS name or IP address that the server certificate must carry in its subject alternative name. */
  serverName: string;
  /**
   * False skips exactly this: the chain, the name, and the signature in CertificateVerify. Finished is verified all the same (it shows
   * that the peer holds the other end of the key exchange, not who it is), and so is the form of every message.
   */
  verifyServer: boolean;
};

/** Whom the client believes. Prepared once; remembers the chains that it has found good. */
export type Trust = {
  readonly serverName: string;
  readonly verifyServer: boolean;
  /**
   * The key that must have signed CertificateVerify, or null where the server is not verified.
   * @param body Certificate message without its header
   * @throws Violation
   */
  serverKey(body: Uint8Array): ServerKey | null;
  /**
   * Judges a chain that another TLS library has received, DER, leaf first: how long it is good, milliseconds since 1970. Nothing is remembered.
   * @throws Violation
   */
  judge(chain: readonly Uint8Array[]): { notAfter: number };
};

type Remembered = { body: Buffer; key: ServerKey | null; notBefore: number; notAfter: number };

/** Where nothing is verified every well-formed chain will do, for ever. */
const anyChain = { key: null, notBefore: Number.NEGATIVE_INFINITY, notAfter: Number.POSITIVE_INFINITY };

/** Distinct chains remembered; a server farm has a few, not more. */
const rememberedChains = 32;

/**
 * Prepares the server's authentication.
 * @throws WireError where `verifyServer: true` cannot be met: NO_TRUST_ANCHOR, BAD_TRUST_ANCHOR, NO_SERVER_NAME
 * @example prepareTrust({ ca: readFileSync('ca.crt', 'utf8'), serverName: 'localhost', verifyServer: true })
 */
export function prepareTrust(options: TrustOptions): Trust {
  const { serverName, verifyServer } = options;
  const roots = verifyServer ? readRoots(options.ca) : [];
  if (verifyServer && roots.length === 0)
    throw new WireError(
      'NO_TRUST_ANCHOR',
      'the server cannot be verified without a CA certificate; give `ca`',
    );
  if (verifyServer && serverName === '')
    throw new WireError(
      'NO_SERVER_NAME',
      'the server cannot be verified without its name; give `serverName`',
    );
  const remembered: Remembered[] = [];

  return {
    serverName,
    verifyServer,
    judge: (chain) => (verifyServer ? verifyChain(chain, roots, serverName, Date.now()) : anyChain),
    serverKey(body) {
      // A verified chain is compared byte for byte; only its validity has to be looked at again.
      const now = verifyServer ? Date.now() : 0;
      for (const known of remembered)
        if (known.body.equals(body) && now >= known.notBefore && now <= known.notAfter) return known.key;
      const chain = readCertificate(body);
      const verified = verifyServer ? verifyChain(chain, roots, serverName, now) : anyChain;
      const key = verified.key === null ? null : serverKeyOf(verified.key);
      if (remembered.length === rememberedChains) remembered.shift();
      remembered.push({ body: Buffer.from(body), ...verified, key });
      return key;
    },
  };
}

function readRoots(ca: TrustOptions['ca']): Certificate[] {
  if (ca === null) return [];
  const sources = typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : ca;
  return sources.flatMap((source) => {
    const text = typeof source === 'string' ? source : Buffer.from(source).toString('latin1');
    const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
    if (pems === null && typeof source === 'string') return [];
    return (pems ?? [source as Uint8Array]).map(readRoot);
  });
}

function readRoot(encoded: string | Uint8Array): Certificate {
  try {
    return readX509(typeof encoded === 'string' ? Buffer.from(encoded) : encoded);
  } catch (cause) {
    const why = cause instanceof Violation ? 'it cannot be decoded' : 'it could not be read';
    throw new WireError('BAD_TRUST_ANCHOR', `a certificate in \`ca\` is no trust anchor: ${why}`, { cause });
  }
}
