import { writeFile } from 'node:fs/promises';
import { BrokerError } from '../broker-error.ts';
import { readConfigFile } from '../config-file.ts';
import { formatRecord, hashPassword, parseRecord, type ScryptRecord } from './scrypt-record.ts';

const schema = 'certstorm/passwords@1';

export type PasswordFile = { record: ScryptRecord; users: ReadonlySet<string> };

/**
 * Writes the file that `password-hash` reads (mode 0600). All users share one record, salt included, which no real broker should do: what
 * is measured is the check at CONNECT, which costs the same either way, and thousands of users are made with one hash.
 */
export async function writePasswordFile(
  path: string,
  clientIds: readonly string[],
  password: string,
): Promise<void> {
  const record = formatRecord(await hashPassword(password));
  await writeFile(path, JSON.stringify({ schema, record, users: clientIds }), { mode: 0o600 });
}

/** Throws BrokerError where the file can't be read or is none of ours. */
export async function readPasswordFile(path: string): Promise<PasswordFile> {
  const text = (await readConfigFile('password file', path)).toString('utf8');
  const parsed = parsePasswordFile(text);
  if (parsed !== null) return parsed;
  throw new BrokerError(
    'ERR_BROKER_PASSWORDS',
    `${path} is no password file of schema ${schema}: let writePasswordFile make it again`,
  );
}

function parsePasswordFile(text: string): PasswordFile | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (!('schema' in value && 'record' in value && 'users' in value)) return null;
  const { record: recordText, users } = value;
  if (value.schema !== schema || typeof recordText !== 'string' || !Array.isArray(users)) return null;
  const record = parseRecord(recordText);
  return record === null ? null : { record, users: new Set(users) };
}
