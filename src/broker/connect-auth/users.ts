import { join } from 'node:path';
import { parseUsersFile, type Users, writeUsersFile } from '../../pki/credentials/users-file.ts';
import { BrokerError } from '../broker-error.ts';
import type { BrokerConfig } from '../config.ts';
import { readConfigFile } from '../config-file.ts';
import type { Prepared, PrepareOrder } from './auth.ts';
import { passwordAlgorithm } from './hashes/index.ts';
import type { PasswordParameters } from './hashes/password-algorithm.ts';

/**
 * Users with records of their password. Where a hash takes long all share one record, salt included, which no real broker should do: what
 * is measured is the check at CONNECT, which costs the same either way, and thousands of users are made with one hash.
 */
export async function makeUsers(
  { clientIds, password }: PrepareOrder['users'],
  algorithm: string,
  parameters: Partial<PasswordParameters>,
): Promise<Users> {
  const { hash, defaults } = passwordAlgorithm(algorithm);
  const shared = Object.keys(defaults).length > 0 ? await hash(password, parameters) : null;
  const users = new Map<string, string>();
  for (const clientId of clientIds) users.set(clientId, shared ?? (await hash(password, parameters)));
  return users;
}

/** The users of an order in a file that only its owner can read. */
export async function prepareUsersFile(
  { users, workDir }: PrepareOrder,
  algorithm: string,
  parameters: Partial<PasswordParameters> = {},
): Promise<Prepared> {
  const usersFile = join(workDir, 'users.json');
  await writeUsersFile(usersFile, await makeUsers(users, algorithm, parameters));
  return { usersFile, userTable: null, probe: null, remove: async () => undefined };
}

/** Throws BrokerError where there is none, it can't be read, or is none of ours. */
export async function readUsers({ connectAuth, usersFile }: BrokerConfig): Promise<Users> {
  if (usersFile === null) {
    throw new BrokerError(
      'ERR_BROKER_PASSWORDS',
      `the CONNECT auth ${connectAuth} needs a users file: none was given`,
    );
  }
  const users = parseUsersFile((await readConfigFile('users file', usersFile)).toString('utf8'));
  if (users !== null) return users;
  throw new BrokerError(
    'ERR_BROKER_PASSWORDS',
    `${usersFile} is no users file of certstorm: let prepareConnectAuth make it again`,
  );
}
