import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Lie } from './lie.ts';

/** Proofs of possession that prove nothing. */

function withOneBitFlipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  // In the middle: neither the DER header of an ECDSA signature nor its last, possibly ignored, bits.
  const at = copy.length >> 1;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** A fresh key of the same kind, so that nothing but the mismatch is wrong. */
function anotherKey(key: KeyObject): KeyObject {
  const details = key.asymmetricKeyDetails;
  const options: Record<string, unknown> = {};
  if (details?.namedCurve !== undefined) options.namedCurve = details.namedCurve;
  if (details?.modulusLength !== undefined) options.modulusLength = details.modulusLength;
  if (details?.hashAlgorithm !== undefined) options.hashAlgorithm = details.hashAlgorithm;
  if (details?.mgf1HashAlgorithm !== undefined) options.mgf1HashAlgorithm = details.mgf1HashAlgorithm;
  if (details?.saltLength !== undefined) options.saltLength = details.saltLength;
  const pair = generateKeyPairSync(key.asymmetricKeyType as 'ec', options as { namedCurve: string });
  return pair.privateKey;
}

export const signatureLies: readonly Lie[] = [
  {
    name: 'foreign-key',
    description: 'a CertificateVerify made with a key that does not belong to the certificate',
    key: anotherKey,
  },
  {
    name: 'corrupted-certificate-verify',
    description: 'one bit of the CertificateVerify signature flipped',
    signature: withOneBitFlipped,
  },
  {
    name: 'empty-certificate-verify',
    description: 'a CertificateVerify whose signature has no bytes',
    signature: () => new Uint8Array(0),
  },
  {
    name: 'disagreeing-signature-scheme',
    description: 'a CertificateVerify that claims a scheme of another kind of key',
    claimedScheme: (honest) => (honest.name === 'ecdsa_secp256r1_sha256' ? 0x0804 : 0x0403),
  },
  {
    name: 'unoffered-signature-scheme',
    description: 'a certificate and CertificateVerify though the server takes no scheme that fits the key',
    presentsUnasked: true,
  },
  {
    name: 'legacy-signature-scheme',
    description: 'a CertificateVerify that claims rsa_pkcs1_sha1, which TLS 1.3 forbids in it',
    claimedScheme: () => 0x0201,
  },
];
