import type { Prepared } from '../broker/index.ts';
import { type CpuReading, tickGrainMs } from './cpu-reading.ts';
import { readServerUsage, type ServerUsage } from './server-usage.ts';
import type { AskedServer } from './target.ts';

/** By the scheduler's clock, against what the server says of itself, or else against its ticks. */
function cpuOf(usage: ServerUsage | null, ownMs: number | null): CpuReading | null {
  if (usage === null || usage.cpuMs === null) return null;
  const used = { source: '/proc/PID/task schedstat', ms: usage.cpuMs };
  if (ownMs !== null) return { used, other: { source: 'getrusage', ms: ownMs }, grainMs: tickGrainMs };
  const ticks = { source: '/proc/PID/stat', ms: usage.cpuUserMs + usage.cpuSystemMs };
  return { used, other: ticks, grainMs: tickGrainMs * usage.processes };
}

/** A database that the broker asks, measured from outside: its CPU by /proc over its processes, its count by itself. */
export function askedDatabase({ probe }: Prepared): AskedServer[] {
  if (probe === null) return [];
  return [
    {
      async snapshot() {
        const [counts, own] = await Promise.all([probe.counts(), probe.cpuMs?.() ?? null]);
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
          cpu: cpuOf(usage, own),
          requests: lookups === null ? {} : { lookup: lookups },
          answers: lookups === null || found === null ? {} : { found, missing: lookups - found },
        };
      },
    },
  ];
}
