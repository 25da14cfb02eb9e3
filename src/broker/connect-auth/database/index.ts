import { BrokerError } from '../../broker-error.ts';
import type { DatabaseKind } from './database-kind.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { sqlite } from './sqlite.ts';

const databases: readonly DatabaseKind[] = [sqlite, postgres, redis];

/** What a scenario may write at `broker.database.kind`. */
export const databaseNames: readonly string[] = databases.map(({ name }) => name);

/** Throws BrokerError where there is none of that name. */
export function databaseKind(name: string): DatabaseKind {
  const found = databases.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new BrokerError(
    'ERR_BROKER_DATABASE',
    `there is no database "${name}": choose one of ${databaseNames.join(', ')}`,
  );
}
