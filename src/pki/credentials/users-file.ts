import { writeFile } from 'node:fs/promises';

const schema = 'certstorm/users@1';

/** User names with their passwords' hashes, each as a PHC string. */
export type Users = ReadonlyMap<string, string>;

/** Writes what brokers and services check passwords against, mode 0600. Throws what node:fs throws. */
export async function writeUsersFile(path: string, users: Users): Promise<void> {
  await writeFile(path, JSON.stringify({ schema, users: [...users] }), { mode: 0o600 });
}

/** Null where the text is no users file. */
export function parseUsersFile(text: string): Users | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('schema' in value && 'users' in value)) return null;
  const { schema: found, users } = value;
  if (found !== schema || !Array.isArray(users) || !users.every(isUser)) return null;
  return new Map(users);
}

function isUser(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((text) => typeof text === 'string');
}
