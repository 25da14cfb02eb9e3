import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { context, integer, nullValue, octetString, oid, sequence, setOf, tlv } from './der.ts';
import { keyIdentifier } from './key-source.ts';

/** Few, since a hundred thousand files are to be written and these keys are for tests; OpenSSL's own default for PKCS #12. */
const iterations = 2048;
const macIterations = 1;

const ids = {
  data: oid('1.2.840.113549.1.7.1'),
  keyBag: oid('1.2.840.113549.1.12.10.1.2'),
  certBag: oid('1.2.840.113549.1.12.10.1.3'),
  x509Certificate: oid('1.2.840.113549.1.9.22.1'),
  friendlyName: oid('1.2.840.113549.1.9.20'),
  localKeyId: oid('1.2.840.113549.1.9.21'),
  pbes2: oid('1.2.840.113549.1.5.13'),
  pbkdf2: oid('1.2.840.113549.1.5.12'),
  hmacWithSha256: oid('1.2.840.113549.2.9'),
  aes256Cbc: oid('2.16.840.1.101.3.4.1.42'),
  sha256: oid('2.16.840.1.101.3.4.2.1'),
};

const bmpOctets = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const bmpString = (text: string): Uint8Array => tlv(0x1e, bmpOctets(text));

/** BMPString with its end marked, as passwords go into the key derivation of RFC 7292 B.1. */
const passwordOctets = (password: string): Buffer => Buffer.concat([bmpOctets(password), Buffer.alloc(2)]);

/**
 * Salts and the initialisation vector: from key and password, so that the same identity gives the same file. Two files under one password
 * still share no salt, for they share no key.
 */
const drawn = (purpose: string, key: Uint8Array, password: string): Buffer =>
  createHmac('sha256', key).update(`certstorm/pkcs12/${purpose}/${password}`).digest().subarray(0, 16);

/**
 * PFX (RFC 7292 4): the chain in clear, as certificates are public, the key under PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256
 * (RFC 8018), all of it under an HMAC-SHA-256. What OpenSSL 3, Java and .NET write by default, and so read.
 */
export function pkcs12(identity: {
  name: string;
  /** PKCS #8, DER. */
  key: Uint8Array;
  /** Leaf first. */
  chain: readonly Uint8Array[];
  password: string;
}): Uint8Array {
  const { name, key, chain, password } = identity;
  const localKeyId = keyIdentifier(chain[0] ?? key);
  const own = setOf(
    sequence(ids.friendlyName, setOf(bmpString(name))),
    sequence(ids.localKeyId, setOf(octetString(localKeyId))),
  );
  const certificates = chain.map((certificate, i) =>
    bag(
      ids.certBag,
      sequence(ids.x509Certificate, context(0, octetString(certificate))),
      i === 0 ? own : undefined,
    ),
  );
  const keys = bag(ids.keyBag, encryptedKey(key, password), own);
  const contents = sequence(data(sequence(...certificates)), data(sequence(keys)));
  return sequence(integer(3), data(contents), mac(contents, drawn('mac', key, password), password));
}

/** ContentInfo of type data. */
const data = (contents: Uint8Array): Uint8Array => sequence(ids.data, context(0, octetString(contents)));

/** SafeBag (RFC 7292 4.2). */
const bag = (type: Uint8Array, value: Uint8Array, attributes: Uint8Array | undefined): Uint8Array =>
  sequence(type, context(0, value), ...(attributes ? [attributes] : []));

/** EncryptedPrivateKeyInfo (RFC 5958 3). */
function encryptedKey(key: Uint8Array, password: string): Uint8Array {
  const salt = drawn('salt', key, password);
  const iv = drawn('iv', key, password);
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, iterations, 32, 'sha256'), iv);
  const encrypted = Buffer.concat([cipher.update(key), cipher.final()]);
  const derivation = sequence(
    ids.pbkdf2,
    sequence(octetString(salt), integer(iterations), sequence(ids.hmacWithSha256, nullValue())),
  );
  const scheme = sequence(ids.aes256Cbc, octetString(iv));
  return sequence(sequence(ids.pbes2, sequence(derivation, scheme)), octetString(encrypted));
}

/** MacData (RFC 7292 4). */
function mac(contents: Uint8Array, salt: Uint8Array, password: string): Uint8Array {
  const digest = createHmac('sha256', macKey(password, salt)).update(contents).digest();
  return sequence(
    sequence(sequence(ids.sha256, nullValue()), octetString(digest)),
    octetString(salt),
    ...(macIterations === 1 ? [] : [integer(macIterations)]),
  );
}

/** Integrity key of RFC 7292 B.2 (ID 3) for SHA-256: 32 octets out of one block, so that its step 6 C falls away. */
function macKey(password: string, salt: Uint8Array): Buffer {
  const block = 64;
  const filled = (octets: Uint8Array) =>
    Buffer.alloc(Math.ceil(octets.length / block) * block, Buffer.from(octets));
  let key = createHash('sha256')
    .update(Buffer.alloc(block, 3))
    .update(filled(salt))
    .update(filled(passwordOctets(password)))
    .digest();
  for (let round = 1; round < macIterations; round += 1) key = createHash('sha256').update(key).digest();
  return key;
}
