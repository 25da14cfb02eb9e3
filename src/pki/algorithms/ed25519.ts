import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { integer, octetString, oid, sequence } from '../der.ts';
import type { Algorithm, KeyPair } from './algorithm.ts';
import { keyPair } from './key-pair.ts';

const identifier = sequence(oid('1.3.101.112'));

function makeKeyPair(): KeyPair {
  return keyPair(
    generateKeyPairSync('ed25519', {
      publicKeyEncoding: { format: 'der', type: 'spki' },
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    }),
  );
}

/** CurvePrivateKey in a PrivateKeyInfo (RFC 8410 7). */
function fromSeed(seed: Uint8Array): KeyPair {
  const pkcs8 = sequence(integer(0), identifier, octetString(octetString(seed)));
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return keyPair({
    publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }),
    privateKey: pkcs8,
  });
}

/** Ed25519 (RFC 8410); its signatures are the same every time by themselves (RFC 8032). */
export const ed25519: Algorithm = {
  name: 'ed25519',
  describe: 'Ed25519',
  keyCostMs: 0.1,
  signatureAlgorithm: identifier,
  makeKeyPair,
  sign: (tbs, key) => sign(null, tbs, key),
  fixed: { keyPair: fromSeed, sign: (tbs, key) => sign(null, tbs, key) },
};
