import { join } from 'node:path';
import { BrokerError } from '../broker-error.ts';
import type { BrokerConfig, BrokerSettings } from '../config.ts';
import type {
  ConnectAnswer,
  ConnectAttempt,
  ConnectAuth,
  ConnectGuard,
  Prepared,
  PrepareOrder,
} from './auth.ts';
import { tableName, type UserStore } from './database/database-kind.ts';
import { databaseKind } from './database/index.ts';
import { readPasswordRecord } from './hashes/index.ts';
import type { PasswordRecord } from './hashes/password-algorithm.ts';
import { Turns } from './turns.ts';
import { complainer, unavailable, within } from './unavailable.ts';
import { makeUsers } from './users.ts';

/**
 * User name and password against a row of a database, fetched at each CONNECT with the user's access control list. No credentials:
 * CONNACK 5; wrong ones: CONNACK 4; no answer in time, or too many waiting: as `database.onUnavailable` says.
 */
export const database: ConnectAuth = {
  name: 'database',
  prepare,
  async open(config) {
    const { kind, pool, timeoutMs } = config.settings.database;
    const store = await databaseKind(kind).open(urlOf(config.settings), tableOf(config), pool, timeoutMs);
    return guard(store, config.settings.database);
  },
};

async function prepare({ users, workDir, settings }: PrepareOrder): Promise<Prepared> {
  const { kind: name, hash } = settings.database;
  const kind = databaseKind(name);
  const url = urlOf(settings);
  const table = kind.defaultUrl === null ? join(workDir, 'users.sqlite') : tableName();
  const { algorithm: _, queue: __, ...parameters } = settings.password;
  await kind.fill(url, table, await makeUsers(users, hash, parameters));
  try {
    const probe = (await kind.probe?.(url, table)) ?? null;
    return {
      usersFile: null,
      userTable: table,
      probe,
      remove: async () => {
        await probe?.close();
        await kind.drop(url, table);
      },
    };
  } catch (error) {
    await kind.drop(url, table);
    throw error;
  }
}

function guard(store: UserStore, settings: BrokerSettings['database']): ConnectGuard {
  const { pool, queue, timeoutMs, onUnavailable } = settings;
  const turns = new Turns(pool, queue);
  const complain = complainer('the database can not be asked');

  async function check(name: string, password: Buffer, { gone }: ConnectAttempt): Promise<ConnectAnswer> {
    if (gone()) return 3;
    const row = await store.lookup(name);
    if (row === null) return 4;
    const { record: text, ...grants } = row;
    return (await recordOf(text).verify(password)) ? { code: 0, grants } : 4;
  }

  return {
    async verify(attempt) {
      const { userName, password } = attempt;
      if (userName === null || password === null) return 5;
      try {
        return await within(
          timeoutMs,
          turns.take(() => check(userName, password, attempt)),
        );
      } catch (error) {
        complain(error);
        return unavailable(onUnavailable);
      }
    },
    close: () => store.close(),
  };
}

function recordOf(text: string): PasswordRecord {
  const record = readPasswordRecord(text);
  if (record === null) throw new Error('a row holds no password record that can be read');
  return record;
}

function urlOf({ database: { kind, url } }: BrokerSettings): string {
  return url ?? databaseKind(kind).defaultUrl ?? '';
}

function tableOf({ userTable }: BrokerConfig): string {
  if (userTable !== null) return userTable;
  throw new BrokerError(
    'ERR_BROKER_DATABASE',
    'the CONNECT auth database needs a table of users: none was given',
  );
}
