import type { KeyObject } from 'node:crypto';

/** A fresh key pair as bytes. */
export type KeyPair = {
  /** PKCS #8 PrivateKeyInfo (RFC 5958), DER. */
  pkcs8: Uint8Array;
  /** SubjectPublicKeyInfo (RFC 5280 4.1.2.7), DER. */
  spki: Uint8Array;
  /** Contents of the BIT STRING subjectPublicKey: what key identifiers are hashed over (RFC 5280 4.2.1.2). */
  publicKey: Uint8Array;
};

/** A kind of key and the signature made with it: one file, one line in `index.ts`. */
export type Algorithm = {
  name: string;
  describe: string;
  /** AlgorithmIdentifier of the signatures made by such a key (RFC 5280 4.1.1.2), DER. */
  signatureAlgorithm: Uint8Array;
  makeKeyPair(): KeyPair;
  /** Signature value as it goes into the BIT STRING. */
  sign(tbs: Uint8Array, key: KeyObject): Uint8Array;
};
