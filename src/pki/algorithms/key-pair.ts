import { children, readTlv } from '../der-reader.ts';
import type { KeyPair } from './algorithm.ts';

/** A pair that OpenSSL has made and encoded. */
export function keyPair(made: { publicKey: Uint8Array; privateKey: Uint8Array }): KeyPair {
  const { publicKey: spki, privateKey: pkcs8 } = made;
  const outer = readTlv(spki, 0);
  const bits = outer && children(spki, outer)[1];
  // A BIT STRING's first octet counts its unused bits.
  return { pkcs8, spki, publicKey: bits ? spki.subarray(bits.contents + 1, bits.end) : new Uint8Array(0) };
}
