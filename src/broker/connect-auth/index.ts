import { BrokerError } from '../broker-error.ts';
import type { ConnectAuth, Prepared, PrepareOrder } from './auth.ts';
import { database } from './database.ts';
import { memory } from './memory.ts';
import { none } from './none.ts';
import { passwordHash } from './password-hash.ts';
import { webservice } from './webservice.ts';

const auths: readonly ConnectAuth[] = [none, memory, passwordHash, database, webservice];

/** What a scenario may write at `target.connectAuth` for the bundled broker. */
export const connectAuthNames: readonly string[] = auths.map(({ name }) => name);

/** Throws BrokerError where there is none of that name. */
export function connectAuth(name: string): ConnectAuth {
  const auth = auths.find((candidate) => candidate.name === name);
  if (auth !== undefined) return auth;
  throw new BrokerError(
    'ERR_BROKER_CONNECT_AUTH',
    `the bundled broker has no CONNECT auth "${name}": choose one of ${connectAuthNames.join(', ')}`,
  );
}

/** Makes what the broker will look users up in: a file, or the table of a database. Before the broker starts. Throws BrokerError. */
export async function prepareConnectAuth(name: string, order: PrepareOrder): Promise<Prepared> {
  const prepared = await connectAuth(name).prepare?.(order);
  return prepared ?? { usersFile: null, userTable: null, probe: null, remove: async () => undefined };
}
