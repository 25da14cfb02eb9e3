import type { Client, PoolClient } from 'pg';
import { BrokerError, messageOf } from '../../broker-error.ts';
import { type DatabaseKind, everyTopic, isOrphan } from './database-kind.ts';
import { isLocal, parentOf } from './local-process.ts';

/** Rows of one INSERT. */
const batch = 5000;
/** How long the set-up may wait for a connection. */
const connectTimeoutMs = 5000;

/**
 * PostgreSQL by pg, pooled, one prepared statement a connection. Tables are unlogged: they last as long as the run. A password comes from
 * PGPASSWORD or ~/.pgpass, as for psql.
 */
export const postgres: DatabaseKind = {
  name: 'postgres',
  defaultUrl: 'postgres://certstorm@127.0.0.1:55432/certstorm',
  fill: (url, table, users) =>
    withClient(url, async (client) => {
      await dropOrphans(client);
      await client.query(
        `CREATE UNLOGGED TABLE ${table}_users (name text PRIMARY KEY, record text NOT NULL);
         CREATE UNLOGGED TABLE ${table}_acls (name text PRIMARY KEY, publish text[] NOT NULL, subscribe text[] NOT NULL)`,
      );
      const rows = [...users];
      for (let from = 0; from < rows.length; from += batch) {
        const part = rows.slice(from, from + batch);
        const names = part.map(([name]) => name);
        await client.query(`INSERT INTO ${table}_users SELECT * FROM unnest($1::text[], $2::text[])`, [
          names,
          part.map(([, record]) => record),
        ]);
        await client.query(`INSERT INTO ${table}_acls SELECT name, $2, $2 FROM unnest($1::text[]) AS name`, [
          names,
          everyTopic,
        ]);
      }
      await client.query(`ANALYZE ${table}_users; ANALYZE ${table}_acls`);
    }),
  drop: (url, table) => withClient(url, (client) => dropTables(client, table)),
  async open(url, table, max, timeoutMs) {
    const { Pool } = await import('pg');
    const pool = new Pool({
      connectionString: url,
      application_name: 'certstorm broker',
      max,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    // A connection that is lost while idle; whoever asks next opens another.
    pool.on('error', () => undefined);
    const text = lookupText(table);
    try {
      // All at once and now: opening one takes PostgreSQL a process, which is no part of what is measured.
      const clients: PoolClient[] = await Promise.all(Array.from({ length: max }, () => pool.connect()));
      await Promise.all(clients.map((client) => client.query({ name: 'user', text, values: [''] })));
      for (const client of clients) client.release();
    } catch (error) {
      await pool.end();
      throw unreachable(url, error);
    }
    return {
      async lookup(name) {
        const { rows } = await pool.query({ name: 'user', text, values: [name] });
        return rows[0] ?? null;
      },
      close: () => pool.end(),
    };
  },
  async probe(url, table) {
    const client = await connected(url);
    // The server went away; the next question says so.
    client.on('error', () => undefined);
    const one = async (text: string) => (await client.query(text)).rows[0] ?? {};
    const { version, pid } = await one(
      "SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid",
    );
    const { counted } = await one("SELECT to_regclass('pg_stat_statements') IS NOT NULL AS counted");
    const { hostname } = new URL(url);
    const lookup = lookupText(table);
    const read = async () => {
      const { rows } = await client.query(
        `SELECT coalesce(sum(calls), 0)::int AS lookups, coalesce(sum(rows), 0)::int AS found
         FROM pg_stat_statements WHERE query = $1`,
        [lookup],
      );
      return { lookups: Number(rows[0].lookups), found: Number(rows[0].found) };
    };
    return {
      version: `PostgreSQL ${version}`,
      address: new URL(url).host,
      pid: isLocal(hostname) ? parentOf(Number(pid)) : null,
      ownPid: Number(pid),
      counts: async () => (counted === true ? await read() : null),
      close: () => client.end(),
    };
  },
};

const lookupText = (table: string): string =>
  `SELECT u.record, a.publish, a.subscribe FROM ${table}_users u JOIN ${table}_acls a USING (name) WHERE u.name = $1`;

async function connected(url: string): Promise<Client> {
  const { Client } = await import('pg');
  const client = new Client({
    connectionString: url,
    application_name: 'certstorm',
    connectionTimeoutMillis: connectTimeoutMs,
  });
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw unreachable(url, error);
  }
  return client;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await work(client);
  } catch (error) {
    throw new BrokerError(
      'ERR_BROKER_DATABASE',
      `PostgreSQL at ${new URL(url).host} refused: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    await client.end();
  }
}

function unreachable(url: string, error: unknown): BrokerError {
  return new BrokerError(
    'ERR_BROKER_DATABASE_DOWN',
    `PostgreSQL at ${new URL(url).host} can't be reached (${messageOf(error)}): start it by npm run services:up, or name another at broker.database.url`,
    { cause: error },
  );
}

async function dropOrphans(client: Client): Promise<void> {
  const { rows } = await client.query(
    "SELECT tablename FROM pg_tables WHERE tablename ~ '^certstorm_[0-9]+_.*_users$'",
  );
  for (const { tablename } of rows) {
    if (isOrphan(tablename)) await dropTables(client, tablename.slice(0, -'_users'.length));
  }
}

async function dropTables(client: Client, table: string): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${table}_users, ${table}_acls`);
}
