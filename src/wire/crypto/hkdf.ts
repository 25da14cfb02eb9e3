import { hash } from 'node:crypto';
import { type HmacKey, Sha256HmacKey, Sha384HmacKey } from './hmac.ts';

/** The hash of a cipher suite: transcripts, HMAC, HKDF. */
export type SuiteHash = {
  name: 'sha256' | 'sha384';
  length: 32 | 48;
  digest(bytes: Uint8Array): Uint8Array;
  hmacKey(secret: Uint8Array): HmacKey;
};

export const sha256: SuiteHash = {
  name: 'sha256',
  length: 32,
  digest: (bytes) => Buffer.from(hash('sha256', bytes, 'binary'), 'latin1'),
  hmacKey: (secret) => new Sha256HmacKey(secret),
};

export const sha384: SuiteHash = {
  name: 'sha384',
  length: 48,
  digest: (bytes) => Buffer.from(hash('sha384', bytes, 'binary'), 'latin1'),
  hmacKey: (secret) => new Sha384HmacKey(secret),
};

/** HKDF-Extract (RFC 5869, section 2.2); the salt is given as an HMAC key, since most salts of TLS are constants. */
export function extract(salt: HmacKey, ikm: Uint8Array): Uint8Array {
  return salt.mac(ikm);
}

const encodedLabels = new Map<string, Uint8Array>();

function encodedLabel(label: string): Uint8Array {
  let bytes = encodedLabels.get(label);
  if (bytes === undefined) {
    bytes = new TextEncoder().encode(`tls13 ${label}`);
    encodedLabels.set(label, bytes);
  }
  return bytes;
}

/** HkdfLabel is put together here; labels and contexts of TLS are far shorter. */
const info = new Uint8Array(600);

export const noContext = new Uint8Array(0);

/**
 * HKDF-Expand-Label (RFC 8446, section 7.1) for outputs that fit in one block of the hash, which all of TLS 1.3's do.
 * `length` bytes of T(1) = HMAC(secret, HkdfLabel || 0x01).
 */
export function expandLabel(secret: HmacKey, label: string, context: Uint8Array, length: number): Uint8Array {
  const name = encodedLabel(label);
  const end = 5 + name.length + context.length;
  info[0] = length >>> 8;
  info[1] = length;
  info[2] = name.length;
  info.set(name, 3);
  info[3 + name.length] = context.length;
  info.set(context, 4 + name.length);
  info[end - 1] = 1;
  const block = secret.mac(info, end);
  return length === block.length ? block : block.subarray(0, length);
}
