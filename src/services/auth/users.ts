import { parseSaltedHash, type SaltedHash, saltedHash } from '../../pki/credentials/salted-hash.ts';
import { parseUsersFile } from '../../pki/credentials/users-file.ts';
import { readNamedFile } from '../read-file.ts';
import { ServiceError } from '../service-error.ts';

/** The users of a file that certstorm has written for a corpus. Throws ServiceError. */
export function readUsers(path: string): ReadonlyMap<string, SaltedHash> {
  const users = parseUsersFile(readNamedFile('the users file', path).toString('utf8'));
  if (users === null) throw new ServiceError('ERR_SERVICE_FILE', `${path} is no users file of certstorm`);
  return new Map(Array.from(users, ([name, text]) => [name, recordOf(text, path)]));
}

/** The users of a file of lines, `name:password` each; a password may hold colons. Throws ServiceError. */
export function readUserLines(path: string): ReadonlyMap<string, SaltedHash> {
  const lines = readNamedFile('the users file', path).toString('utf8').split(/\r?\n/);
  return new Map(
    lines.flatMap((line, index): [string, SaltedHash][] => {
      if (line === '') return [];
      const colon = line.indexOf(':');
      if (colon < 1)
        throw new ServiceError('ERR_SERVICE_FILE', `${path}: line ${index + 1} is no name:password`);
      return [[line.slice(0, colon), recordOf(saltedHash(line.slice(colon + 1)), path)]];
    }),
  );
}

/** The same of names that share a password. */
export function usersOf(names: readonly string[], password: string): ReadonlyMap<string, SaltedHash> {
  return new Map(names.map((name) => [name, recordOf(saltedHash(password), 'the corpus')]));
}

function recordOf(text: string, place: string): SaltedHash {
  const record = parseSaltedHash(text);
  if (record !== null) return record;
  throw new ServiceError('ERR_SERVICE_FILE', `${place} holds a record that is no salted SHA-256`);
}
