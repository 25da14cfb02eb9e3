import { availableParallelism } from 'node:os';
import type { Users } from '../../pki/credentials/users-file.ts';
import { BrokerError } from '../broker-error.ts';
import type { ConnackCode, ConnectAnswer, ConnectAttempt, ConnectAuth, ConnectGuard } from './auth.ts';
import { readPasswordRecord } from './hashes/index.ts';
import type { PasswordRecord } from './hashes/password-algorithm.ts';
import { QueueFull, Turns } from './turns.ts';
import { prepareUsersFile, readUsers } from './users.ts';

/**
 * User name and password against slow hashes, by default scrypt with OWASP's parameters: a good part of a second of CPU and 128 MiB
 * each. An unknown user costs the same as a known one. No credentials: CONNACK 5; wrong ones: CONNACK 4; too many waiting: CONNACK 3.
 */
export const passwordHash: ConnectAuth = {
  name: 'password-hash',
  prepare({ settings, ...order }) {
    const { algorithm, queue: _, ...parameters } = settings.password;
    return prepareUsersFile({ settings, ...order }, algorithm, parameters);
  },
  open: async (config) => guard(await readUsers(config), config.settings.password.queue),
};

/**
 * As many hashes at a time as there are cores (and threads in the pool): more would not end sooner and take their memory each. The others
 * wait here and not in the pool, so that the hash of a client that has left meanwhile is never begun: else an overload would go on
 * costing CPU long after its storm.
 */
function guard(users: Users, queue: number): ConnectGuard {
  const turns = new Turns(
    Math.min(availableParallelism(), Number(process.env.UV_THREADPOOL_SIZE) || 4),
    queue,
  );
  const records = readRecords(users);
  const [stranger] = records.values();

  async function check({ userName, password, gone }: ConnectAttempt): Promise<ConnackCode> {
    if (gone()) return 3;
    const known = records.get(userName ?? '');
    const right = await (known ?? stranger)?.verify(password ?? Buffer.alloc(0));
    return known !== undefined && right === true ? 0 : 4;
  }

  return {
    verify(attempt): ConnackCode | Promise<ConnectAnswer> {
      if (attempt.userName === null || attempt.password === null) return 5;
      return turns.take(() => check(attempt)).catch(queueFull);
    },
    close: async () => undefined,
  };
}

function queueFull(error: unknown): ConnectAnswer {
  if (error instanceof QueueFull) return 3;
  throw error;
}

/** Users that share a record share what it was read to. Throws BrokerError. */
export function readRecords(users: Users): ReadonlyMap<string, PasswordRecord> {
  const read = new Map<string, PasswordRecord>();
  return new Map(
    Array.from(users, ([name, text]) => {
      const record = read.get(text) ?? readPasswordRecord(text);
      if (record === null)
        throw new BrokerError(
          'ERR_BROKER_PASSWORDS',
          `the users file has no password record that can be read`,
        );
      read.set(text, record);
      return [name, record];
    }),
  );
}
