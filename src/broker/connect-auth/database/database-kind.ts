import type { Users } from '../../../pki/credentials/users-file.ts';

/** A database that users are looked up in: one file, one line in `index.ts`. Every method throws BrokerError with a sentence. */
export type DatabaseKind = {
  name: string;
  /** Where it is looked for unless the scenario says; null for one that is a file in the broker's folder. */
  defaultUrl: string | null;
  /** Makes and fills a table of its own; what runs that were killed have left is taken away first. */
  fill(url: string, table: string, users: Users): Promise<void>;
  drop(url: string, table: string): Promise<void>;
  /** The broker's end: up to so many connections. Opens at least one. */
  open(url: string, table: string, pool: number, timeoutMs: number): Promise<UserStore>;
  /** Left out where the database has no process of its own. */
  probe?(url: string, table: string): Promise<DatabaseProbe>;
};

/** What a row holds: the password's record, and the access control list that brokers fetch along with it. */
export type UserRow = { record: string; publish: readonly string[]; subscribe: readonly string[] };

export type UserStore = {
  /** Null where there is no such user. Rejects when the database can't be asked. */
  lookup(name: string): UserRow | null | Promise<UserRow | null>;
  close(): Promise<void>;
};

/** What a database says of itself, asked over a connection of its own. */
export type DatabaseProbe = {
  version: string;
  address: string;
  /** Process whose children, with itself, are the database; null where it is not on this machine. */
  pid: number | null;
  /** A child that is there for the probe alone. */
  ownPid: number | null;
  /** Lookups since the table was filled, and how many found a row, as the database counts; null where it keeps no such count. */
  counts(): Promise<{ lookups: number; found: number | null } | null>;
  /** CPU of the server by its own account (getrusage), cumulative; left out where it keeps none. */
  cpuMs?(): Promise<number | null>;
  close(): Promise<void>;
};

/** The filters of each row: all topics, so that the list is fetched and obeyed, and refuses nothing. */
export const everyTopic: readonly string[] = ['#'];

/** The table of this process's run: what carries the id of a process that is gone can be taken away. */
export function tableName(): string {
  return `certstorm_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
}

/** Whether the process that a table's name tells of is gone. */
export function isOrphan(table: string): boolean {
  const pid = Number(/^certstorm_(\d+)_/.exec(table)?.[1]);
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: somebody else's process, so it is alive.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
