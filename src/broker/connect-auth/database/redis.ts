import type { Redis } from 'ioredis';
import { BrokerError, messageOf } from '../../broker-error.ts';
import { type DatabaseKind, everyTopic, isOrphan } from './database-kind.ts';
import { isLocal } from './local-process.ts';

/** Commands of one pipeline. */
const batch = 5000;
const connectTimeoutMs = 5000;
/** What a run leaves that is killed outright, and that no other comes to take away. */
const keptSeconds = 24 * 3600;

/**
 * Redis by ioredis: a hash for each user, one HMGET a lookup, on several connections in turn. A password comes from REDISCLI_AUTH, as for
 * redis-cli.
 */
export const redis: DatabaseKind = {
  name: 'redis',
  defaultUrl: 'redis://127.0.0.1:56379',
  fill: (url, table, users) =>
    withClient(url, async (client) => {
      await unlink(client, 'certstorm_*', isOrphan);
      const topics = JSON.stringify(everyTopic);
      const rows = [...users];
      for (let from = 0; from < rows.length; from += batch) {
        const pipeline = client.pipeline();
        for (const [name, record] of rows.slice(from, from + batch)) {
          pipeline.hset(`${table}:${name}`, { record, publish: topics, subscribe: topics });
          pipeline.expire(`${table}:${name}`, keptSeconds);
        }
        await pipeline.exec();
      }
    }),
  drop: (url, table) => withClient(url, (client) => unlink(client, `${table}:*`, () => true)),
  async open(url, table, pool, timeoutMs) {
    const clients = await Promise.all(Array.from({ length: pool }, () => connected(url, timeoutMs)));
    let turn = 0;
    return {
      async lookup(name) {
        turn = (turn + 1) % clients.length;
        const client = clients[turn];
        if (client === undefined) return null;
        const [record, publish, subscribe] = await client.hmget(
          `${table}:${name}`,
          'record',
          'publish',
          'subscribe',
        );
        if (typeof record !== 'string') return null;
        return { record, publish: JSON.parse(publish ?? '[]'), subscribe: JSON.parse(subscribe ?? '[]') };
      },
      close: async () => {
        for (const client of clients) client.disconnect();
      },
    };
  },
  async probe(url) {
    const client = await connected(url, connectTimeoutMs);
    const info = async (section: string) => await client.info(section);
    const server = await info('server');
    const { host, hostname } = new URL(url);
    return {
      version: `Redis ${/^redis_version:(.*?)\r?$/m.exec(server)?.[1] ?? 'of unknown version'}`,
      address: host,
      pid: isLocal(hostname) ? Number(/^process_id:(\d+)/m.exec(server)?.[1]) || null : null,
      ownPid: null,
      // Of all its clients: on a Redis of one's own that is the broker.
      counts: async () => {
        const calls = /^cmdstat_hmget:calls=(\d+)/m.exec(await info('commandstats'))?.[1];
        return { lookups: Number(calls ?? 0), found: null };
      },
      cpuMs: async () => {
        const told = await info('cpu');
        const seconds = [
          'used_cpu_user',
          'used_cpu_sys',
          'used_cpu_user_children',
          'used_cpu_sys_children',
        ].map((field) => Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(told)?.[1]));
        const sum = seconds.reduce((total, each) => total + each, 0);
        return Number.isFinite(sum) ? 1000 * sum : null;
      },
      close: async () => client.disconnect(),
    };
  },
};

async function connected(url: string, timeoutMs: number): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const { hostname, port, pathname } = new URL(url);
  const password = process.env.REDISCLI_AUTH;
  const options = {
    host: hostname,
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(password !== undefined && { password }),
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // Who asks while it is away is told so at once.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 200,
    lazyConnect: true,
  };
  const client = new Redis(options);
  // Told to whoever asks; `connect()` itself says only that the connection is closed.
  let last: Error | null = null;
  client.on('error', (error: Error) => {
    last = error;
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw new BrokerError(
      'ERR_BROKER_DATABASE_DOWN',
      `Redis at ${hostname}:${options.port} can't be reached (${messageOf(last ?? error)}): start it by npm run services:up, or name another at broker.database.url`,
      { cause: error },
    );
  }
  return client;
}

async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = await connected(url, connectTimeoutMs);
  try {
    return await work(client);
  } catch (error) {
    throw new BrokerError(
      'ERR_BROKER_DATABASE',
      `Redis at ${new URL(url).host} refused: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    client.disconnect();
  }
}

async function unlink(client: Redis, pattern: string, which: (key: string) => boolean): Promise<void> {
  for await (const keys of client.scanStream({ match: pattern, count: batch })) {
    const chosen = (keys as string[]).filter(which);
    if (chosen.length > 0) await client.unlink(...chosen);
  }
}
