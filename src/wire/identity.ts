import { createPrivateKey, type KeyObject } from 'node:crypto';
import { lieNamed } from './lies/index.ts';
import type { FlightPart, Intrusion, Lie } from './lies/lie.ts';
import { encodeCertificate } from './messages/certificate.ts';
import { type SignatureScheme, schemesFor, signatureSchemeNamed, signWith } from './signature-schemes.ts';
import { WireError } from './wire-error.ts';

export type IdentityMaterial = {
  /** Leaf first. Any bytes at all: nothing looks into them. Empty for a client without a certificate. */
  chain: readonly Uint8Array[];
  /** PKCS #8 DER, or a KeyObject; it need not belong to the leaf. Null for a client that cannot sign. */
  key: Uint8Array | KeyObject | null;
  /** What to sign with, best first; default everything that fits the key. */
  signatureSchemes?: readonly string[];
};

/** A client, made ready before the clock starts: its Certificate message encoded, its key imported, its lies worked in. */
export type PreparedIdentity = {
  /** Certificate message (handshake header included), with the chain and with an empty list. */
  certificate: Uint8Array;
  emptyCertificate: Uint8Array;
  /** Whether there is something to present. */
  presents: boolean;
  /** What it can sign with, best first. */
  schemes: readonly SignatureScheme[];
  sign(scheme: SignatureScheme, content: Uint8Array): Uint8Array;
  /** Null for an honest client. */
  conduct: Conduct | null;
};

/** What lies leave to do while the handshake runs. */
export type Conduct = {
  lies: readonly string[];
  presentsUnasked: boolean;
  silentAfter: 'tcp' | 'client-hello' | 'flight' | null;
  claimedScheme(honest: SignatureScheme): number;
  signature(signature: Uint8Array): Uint8Array;
  verifyData(verifyData: Uint8Array): Uint8Array;
  flight(parts: readonly FlightPart[]): readonly FlightPart[];
  intrusion: Intrusion | null;
};

/**
 * Prepares a client. Nothing is checked between chain and key, on purpose: presenting what does not fit is what this is for.
 * @param lies names from `lies`, applied in order
 * @throws WireError BAD_PRIVATE_KEY, UNSUPPORTED_KEY, UNKNOWN_SIGNATURE_SCHEME, UNKNOWN_LIE
 * @example prepareIdentity({ chain: [leaf, intermediate], key: pkcs8 }, ['corrupted-certificate-verify'])
 */
export function prepareIdentity(material: IdentityMaterial, lies: readonly string[] = []): PreparedIdentity {
  const told = lies.map(lieNamed);
  const chain = told.reduce<readonly Uint8Array[]>((so, lie) => lie.chain?.(so) ?? so, material.chain);
  let key = material.key === null ? null : importKey(material.key);
  for (const lie of told) if (key !== null && lie.key) key = lie.key(key);
  const signingKey = key;
  const schemes =
    material.signatureSchemes?.map(signatureSchemeNamed) ?? (key === null ? [] : schemesFor(key));
  if (key !== null && schemes.length === 0)
    throw new WireError('UNSUPPORTED_KEY', `no signature scheme of TLS 1.3 fits a ${describe(key)} key`);
  return {
    certificate: encodeCertificate(chain),
    emptyCertificate: encodeCertificate([]),
    presents: chain.length > 0,
    schemes,
    sign(scheme, content) {
      if (signingKey === null) throw new TypeError('an identity without a key cannot sign');
      return signWith(scheme, signingKey, content);
    },
    conduct: told.length === 0 ? null : conductOf(told),
  };
}

function conductOf(told: readonly Lie[]): Conduct {
  return {
    lies: told.map((lie) => lie.name),
    presentsUnasked: told.some((lie) => lie.presentsUnasked === true),
    silentAfter: told.find((lie) => lie.silentAfter !== undefined)?.silentAfter ?? null,
    claimedScheme: (honest) => told.reduce((so, lie) => lie.claimedScheme?.(honest) ?? so, honest.code),
    signature: (signature) => told.reduce((so, lie) => lie.signature?.(so) ?? so, signature),
    verifyData: (data) => told.reduce((so, lie) => lie.verifyData?.(so) ?? so, data),
    flight: (parts) => told.reduce<readonly FlightPart[]>((so, lie) => lie.flight?.(so) ?? so, parts),
    intrusion: told.find((lie) => lie.intrusion !== undefined)?.intrusion ?? null,
  };
}

function importKey(key: Uint8Array | KeyObject): KeyObject {
  if (!(key instanceof Uint8Array)) return key;
  try {
    return createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new WireError(
      'BAD_PRIVATE_KEY',
      'the private key is not PKCS #8 in DER, or of a kind this runtime lacks',
      {
        cause,
      },
    );
  }
}

function describe(key: KeyObject): string {
  const details = key.asymmetricKeyDetails;
  return `${key.asymmetricKeyType}${details?.namedCurve ? ` ${details.namedCurve}` : ''}${details?.modulusLength ? ` ${details.modulusLength}` : ''}`;
}
