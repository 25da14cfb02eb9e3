import type { Prepared } from '../broker/index.ts';
import { readServerUsage } from './server-usage.ts';
import type { AskedServer } from './target.ts';

/** A database that the broker asks, measured from outside: its CPU by /proc over its processes, its count by itself. */
export function askedDatabase({ probe }: Prepared): AskedServer[] {
  if (probe === null) return [];
  return [
    {
      async snapshot() {
        const counts = await probe.counts();
        const usage =
          probe.pid === null ? null : readServerUsage(probe.pid, probe.ownPid === null ? [] : [probe.ownPid]);
        const { lookups = null, found = null } = counts ?? {};
        return {
          service: 'database',
          version: probe.version,
          address: probe.address,
          cpuUserMs: usage?.cpuUserMs ?? null,
          cpuSystemMs: usage?.cpuSystemMs ?? null,
          cpuMs: usage?.cpuMs ?? null,
          rssBytes: usage?.rssBytes ?? null,
          requests: lookups === null ? {} : { lookup: lookups },
          answers: lookups === null || found === null ? {} : { found, missing: lookups - found },
        };
      },
    },
  ];
}
