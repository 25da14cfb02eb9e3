import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Salted SHA-256, in the PHC string format: `$sha256$SALT$HASH`, base64 without padding, the salt before the password. Cheap: it is what
 * the built-in user databases of brokers do, and no way to keep passwords that people choose.
 */
export type SaltedHash = { salt: Buffer; hash: Buffer };

const saltBytes = 16;

export function saltedHash(password: string): string {
  const salt = randomBytes(saltBytes);
  return `$sha256$${b64(salt)}$${b64(digest(Buffer.from(password), salt))}`;
}

/** Null where the text is no such record. */
export function parseSaltedHash(text: string): SaltedHash | null {
  const [, salt, digits] = /^\$sha256\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{43})$/.exec(text) ?? [];
  if (salt === undefined || digits === undefined) return null;
  return { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(digits, 'base64') };
}

export function matchesSaltedHash(password: Uint8Array, { salt, hash: wanted }: SaltedHash): boolean {
  return timingSafeEqual(digest(password, salt), wanted);
}

const digest = (password: Uint8Array, salt: Buffer): Buffer =>
  hash('sha256', Buffer.concat([salt, password]), 'buffer');

const b64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
