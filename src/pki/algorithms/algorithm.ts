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

/** How signatures are made with a kind of key. */
export type Signer = {
  /** AlgorithmIdentifier of the signatures (RFC 5280 4.1.1.2), DER. */
  signatureAlgorithm: Uint8Array;
  /** Signature value as it goes into the BIT STRING. */
  sign(tbs: Uint8Array, key: KeyObject): Uint8Array;
};

/** A kind of key and the signature made with it: one file, one line in `index.ts`. */
export type Algorithm = Signer & {
  name: string;
  describe: string;
  makeKeyPair(): KeyPair;
  /** Milliseconds of one core that a key takes, roughly: how much is made between two reports of progress. */
  keyCostMs: number;
  /** Why this runtime can't do it; left out where it can. */
  unavailable?: string;
  /** Keys and signatures that are the same every time, for `fixedKeys`; left out where there are none. */
  fixed?: FixedKeys;
};

/** Keys drawn from bytes that anybody can compute: for tests that compare files, and for nothing else. */
export type FixedKeys = {
  /** `seed` is 32 octets. */
  keyPair(seed: Uint8Array): KeyPair;
  sign(tbs: Uint8Array, key: KeyObject): Uint8Array;
};
