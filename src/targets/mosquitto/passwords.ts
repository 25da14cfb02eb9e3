import { pbkdf2, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** As mosquitto_passwd(1) of 2.0 does without its option -I. */
const iterations = 101;
const saltBytes = 12;
const hashBytes = 64;

/** `$7$iterations$salt$hash`, PBKDF2 (RFC 8018) with HMAC-SHA-512. */
export async function passwordRecord(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await promisify(pbkdf2)(password, salt, iterations, hashBytes, 'sha512');
  return `$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/**
 * Writes a `password_file` (mode 0600): `user:RECORD`. All users share salt and
 * hash, which no real broker should do: what is measured is the check at CONNECT, which costs the same either way.
 */
export async function writeMosquittoPasswords(
  path: string,
  { clientIds, password }: { clientIds: readonly string[]; password: string },
): Promise<void> {
  const record = await passwordRecord(password);
  await writeFile(path, clientIds.map((user) => `${user}:${record}\n`).join(''), { mode: 0o600 });
}
