import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { context, integer, nullValue, oid, sequence } from '../der.ts';
import type { Algorithm } from './algorithm.ts';
import { keyPair } from './key-pair.ts';

const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue());
/** As long as the digest, which is also what OpenSSL restricts the key to where nothing else is said. */
const pssOctets = 32;

/** id-RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets (RFC 4055 3.1), the key restricted to that. */
export const rsaPss2048: Algorithm = {
  name: 'rsa-pss-2048',
  describe: 'RSA of 2048 bits that may sign with PSS and SHA-256 alone',
  keyCostMs: 55,
  signatureAlgorithm: sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      context(0, sha256),
      context(1, sequence(oid('1.2.840.113549.1.1.8'), sha256)),
      context(2, integer(pssOctets)),
    ),
  ),
  makeKeyPair: () =>
    keyPair(
      generateKeyPairSync('rsa-pss', {
        modulusLength: 2048,
        hashAlgorithm: 'sha256',
        mgf1HashAlgorithm: 'sha256',
        publicKeyEncoding: { format: 'der', type: 'spki' },
        privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      }),
    ),
  sign: (tbs, key) =>
    sign('sha256', tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssOctets }),
};
