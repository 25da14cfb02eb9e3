import { createPrivateKey, hash, type KeyObject } from 'node:crypto';
import type { Algorithm, KeyPair } from './algorithms/algorithm.ts';

/** SHA-1 over the public key's bits: method 1 of RFC 5280 4.2.1.2. */
export const keyIdentifier = (publicKey: Uint8Array): Uint8Array => hash('sha1', publicKey, 'buffer');

export const importKey = (pkcs8: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });

/** Where keys come from: made now, computed from a seed, or taken from a pool by turns. */
export type KeyPolicy = { fixedSeed?: number; pool?: readonly KeyPair[] };

/** The key of number `index` of a stream. */
export function keyFor(algorithm: Algorithm, policy: KeyPolicy, stream: string, index: number): KeyPair {
  const { fixedSeed, pool } = policy;
  if (fixedSeed !== undefined && algorithm.fixed) {
    const text = `certstorm/fixed-key/${fixedSeed}/${algorithm.name}/${stream}/${index}`;
    return algorithm.fixed.keyPair(hash('sha256', text, 'buffer'));
  }
  return pool?.[index % pool.length] ?? algorithm.makeKeyPair();
}

/** Signs with a key of this algorithm: the same every time where keys are fixed. */
export const signatureOf = (
  algorithm: Algorithm,
  fixed: boolean,
  tbs: Uint8Array,
  key: KeyObject,
): Uint8Array => (fixed && algorithm.fixed ? algorithm.fixed.sign(tbs, key) : algorithm.sign(tbs, key));
