import { type KeyObject, sign } from 'node:crypto';
import { oid, sequence } from '../der.ts';
import type { Algorithm } from './algorithm.ts';
import { type Curve, ecKeys } from './ec-key.ts';
import { deterministicEcdsa } from './rfc6979.ts';

/** ECDSA on one curve with one digest (RFC 5480, RFC 5758 3.2). */
export function ecdsa(
  curve: Curve,
  digest: 'sha256' | 'sha384',
  signatureOid: string,
  words: Pick<Algorithm, 'name' | 'describe' | 'keyCostMs'>,
): Algorithm {
  const keys = ecKeys(curve);
  const deterministic = deterministicEcdsa(curve, digest);
  return {
    ...words,
    signatureAlgorithm: sequence(oid(signatureOid)),
    makeKeyPair: keys.make,
    sign: (tbs, key) => sign(digest, tbs, key),
    fixed: {
      keyPair: keys.fromSeed,
      sign: (tbs, key) => deterministic(tbs, scalarOf(key)),
    },
  };
}

function scalarOf(key: KeyObject): Uint8Array {
  const { d } = key.export({ format: 'jwk' });
  if (d === undefined) throw new TypeError('an EC private key has a scalar');
  return Buffer.from(d, 'base64url');
}
