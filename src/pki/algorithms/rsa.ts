import { generateKeyPairSync, sign } from 'node:crypto';
import { nullValue, oid, sequence } from '../der.ts';
import type { Algorithm, Signer } from './algorithm.ts';
import { keyPair } from './key-pair.ts';

/** sha256WithRSAEncryption (RFC 4055 5, PKCS #1 v1.5). */
export const rsaSha256: Signer = {
  signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.11'), nullValue()),
  sign: (tbs, key) => sign('sha256', tbs, key),
};

/** RSA keys of one size, signing with PKCS #1 v1.5 and SHA-256. */
export function rsa(modulusLength: number, keyCostMs: number): Algorithm {
  return {
    ...rsaSha256,
    name: `rsa-${modulusLength}`,
    describe: `RSA of ${modulusLength} bits, PKCS #1 v1.5 with SHA-256`,
    keyCostMs,
    makeKeyPair: () =>
      keyPair(
        generateKeyPairSync('rsa', {
          modulusLength,
          publicKeyEncoding: { format: 'der', type: 'spki' },
          privateKeyEncoding: { format: 'der', type: 'pkcs8' },
        }),
      ),
  };
}
