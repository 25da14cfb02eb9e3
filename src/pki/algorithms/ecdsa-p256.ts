import { createECDH, randomFillSync, sign } from 'node:crypto';
import { bitString, context, integer, octetString, oid, sequence } from '../der.ts';
import type { Algorithm, KeyPair } from './algorithm.ts';

const scalarOctets = 32;
const pointOctets = 65;

/** Order of the group, n (SEC 2, 2.4.2). */
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const zero = Buffer.alloc(scalarOctets);

/** id-ecPublicKey with the named curve (RFC 5480 2.1.1). */
const keyAlgorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));

// Keys of one curve differ in 32 and 65 octets only: both structures are encoded once and filled in for each key. OpenSSL's own
// encoders take 60 µs for the pair; this takes one.
const spkiFrame = sequence(keyAlgorithm, bitString(new Uint8Array(pointOctets)));
const spkiPoint = spkiFrame.length - pointOctets;

/** PrivateKeyInfo around ECPrivateKey (RFC 5958 2, RFC 5915 3), the public key included as OpenSSL does. */
const pkcs8Frame = sequence(
  integer(0),
  keyAlgorithm,
  octetString(
    sequence(
      integer(1),
      octetString(new Uint8Array(scalarOctets)),
      context(1, bitString(new Uint8Array(pointOctets))),
    ),
  ),
);
const pkcs8Point = pkcs8Frame.length - pointOctets;
// Between scalar and point: [1], its length, BIT STRING, its length, no unused bits.
const pkcs8Scalar = pkcs8Point - 5 - scalarOctets;

// randomFillSync costs 2 µs however little it is asked for.
const entropy = Buffer.alloc(scalarOctets * 128);
let entropyUsed = entropy.length;

/** A private key: uniform in [1, n-1] by testing candidates (FIPS 186-5 A.2.2). */
function drawScalar(): Buffer {
  for (;;) {
    if (entropyUsed === entropy.length) {
      randomFillSync(entropy);
      entropyUsed = 0;
    }
    const candidate = entropy.subarray(entropyUsed, entropyUsed + scalarOctets);
    entropyUsed += scalarOctets;
    if (candidate.compare(order) < 0 && candidate.compare(zero) > 0) return candidate;
  }
}

const curve = createECDH('prime256v1');

// One multiplication of the base point, 13 µs; generateKeyPairSync with both exports takes 86.
function makeKeyPair(): KeyPair {
  const scalar = drawScalar();
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const spki = Buffer.from(spkiFrame);
  spki.set(point, spkiPoint);
  const pkcs8 = Buffer.from(pkcs8Frame);
  pkcs8.set(scalar, pkcs8Scalar);
  pkcs8.set(point, pkcs8Point);
  return { pkcs8, spki, publicKey: spki.subarray(spkiPoint) };
}

/** ECDSA on NIST P-256 with SHA-256 (RFC 5480, RFC 5758 3.2). */
export const ecdsaP256: Algorithm = {
  name: 'ecdsa-p256',
  describe: 'ECDSA on NIST P-256 with SHA-256',
  signatureAlgorithm: sequence(oid('1.2.840.10045.4.3.2')),
  makeKeyPair,
  sign: (tbs, key) => sign('sha256', tbs, key),
};
