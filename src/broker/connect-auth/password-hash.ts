import { availableParallelism } from 'node:os';
import { BrokerError } from '../broker-error.ts';
import type { ConnackCode, ConnectAttempt, ConnectAuth, ConnectGuard } from './auth.ts';
import { type PasswordFile, readPasswordFile } from './password-file.ts';
import { verifyPassword } from './scrypt-record.ts';

/**
 * User name and password against a file of scrypt hashes (OWASP's parameters: a good part of a second of CPU and 128 MiB each). An
 * unknown user costs the same as a known one. No credentials: CONNACK 5; wrong ones: CONNACK 4.
 */
export const passwordHash: ConnectAuth = {
  name: 'password-hash',
  async open({ passwordFile }) {
    if (passwordFile === null) {
      throw new BrokerError(
        'ERR_BROKER_PASSWORDS',
        'the CONNECT auth password-hash needs a password file: none was given',
      );
    }
    return guard(await readPasswordFile(passwordFile));
  },
};

/**
 * As many hashes at a time as there are cores (and threads in the pool): more would not end sooner and take 128 MiB each. The others
 * wait here and not in the pool, so that the hash of a client that has left meanwhile is never begun: else an overload would go on
 * costing CPU long after its storm.
 */
function guard({ record, users }: PasswordFile): ConnectGuard {
  const slots = hashSlots(Math.min(availableParallelism(), Number(process.env.UV_THREADPOOL_SIZE) || 4));

  async function verify({ userName, password, gone }: ConnectAttempt): Promise<ConnackCode> {
    if (userName === null || password === null) return 5;
    await slots.acquire();
    try {
      if (gone()) return 3;
      const right = await verifyPassword(password, record);
      return right && users.has(userName) ? 0 : 4;
    } finally {
      slots.release();
    }
  }

  return { verify, close: async () => undefined };
}

/** A slot goes straight from who releases it to who has waited longest. */
function hashSlots(width: number): { acquire(): Promise<void>; release(): void } {
  const waiting: (() => void)[] = [];
  let free = width;
  return {
    acquire() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free--;
      return Promise.resolve();
    },
    release() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}
