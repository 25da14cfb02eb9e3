import { createECDH, createHmac, hash } from 'node:crypto';
import { sequence, unsignedInteger } from '../der.ts';
import type { Curve } from './ec-key.ts';

const octetsOf = (value: bigint, octets: number): Buffer =>
  Buffer.from(value.toString(16).padStart(octets * 2, '0'), 'hex');
const numberOf = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString('hex')}`);

/** value⁻¹ modulo a prime, by the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [older, old] = [modulus, ((value % modulus) + modulus) % modulus];
  let [before, coefficient] = [0n, 1n];
  while (old > 1n) {
    const quotient = older / old;
    [older, old] = [old, older - quotient * old];
    [before, coefficient] = [coefficient, before - quotient * coefficient];
  }
  return ((coefficient % modulus) + modulus) % modulus;
}

/**
 * Deterministic ECDSA (RFC 6979), which node:crypto does not offer; the digest must be as long as the scalar. BigInt arithmetic tells the
 * key to anybody who measures it: for keys that are public anyway.
 */
export function deterministicEcdsa(
  curve: Curve,
  digestName: 'sha256' | 'sha384',
): (message: Uint8Array, scalar: Uint8Array) => Uint8Array {
  const { scalarOctets: octets } = curve;
  const order = numberOf(curve.order);
  const group = createECDH(curve.name);
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
    createHmac(digestName, key).update(Buffer.concat(parts)).digest();

  return (message, scalar) => {
    const digest = hash(digestName, message, 'buffer');
    const z = numberOf(digest);
    const d = numberOf(scalar);
    // 3.2: bits2octets is the digest reduced modulo the order.
    const seed = Buffer.concat([octetsOf(d, octets), octetsOf(z % order, octets)]);
    let v: Buffer = Buffer.alloc(digest.length, 1);
    let k: Buffer = Buffer.alloc(digest.length, 0);
    for (const separator of [0, 1]) {
      k = hmac(k, v, Uint8Array.of(separator), seed);
      v = hmac(k, v);
    }
    for (;;) {
      v = hmac(k, v);
      const nonce = numberOf(v);
      if (nonce > 0n && nonce < order) {
        group.setPrivateKey(octetsOf(nonce, octets));
        const r = numberOf(group.getPublicKey().subarray(1, 1 + octets)) % order;
        const s = (inverse(nonce, order) * (z + r * d)) % order;
        // ECDSA-Sig-Value (RFC 5480 appendix A).
        if (r > 0n && s > 0n)
          return sequence(unsignedInteger(octetsOf(r, octets)), unsignedInteger(octetsOf(s, octets)));
      }
      k = hmac(k, v, Uint8Array.of(0));
      v = hmac(k, v);
    }
  };
}
