import type { Prepared } from '../broker/index.ts';
import { type CpuReading, momentMs, ownCgroupMs, tickGrainMs } from './cpu-reading.ts';
import { readServerUsage, type ServerUsage, schedulerTimeMs } from './server-usage.ts';
import type { AskedServer } from './target.ts';

type Probe = NonNullable<Prepared['probe']>;

/**
 * By the scheduler's clock over its processes, against what the server says of itself, what its cgroup has used, or else its ticks: these
 * are rounded for each process, which is most of what thirty of them use in a few seconds.
 */
function cpuOf({ pid, ownPid }: Probe, usage: ServerUsage | null, ownMs: number | null): CpuReading | null {
  if (pid === null || usage === null || usage.cpuMs === null) return null;
  const used = { source: '/proc/PID/task schedstat', ms: usage.cpuMs };
  if (ownMs !== null) return { used, other: { source: 'getrusage', ms: ownMs }, grainMs: tickGrainMs };
  const group = ownCgroupMs(pid);
  if (group !== null) {
    // The one that answers the probe is in the group too.
    const asking = ownPid === null ? 0 : (schedulerTimeMs(ownPid) ?? 0);
    return { used, other: { source: 'cgroup cpu.stat', ms: group - asking }, grainMs: momentMs };
  }
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
          cpu: cpuOf(probe, usage, own),
          requests: lookups === null ? {} : { lookup: lookups },
          answers: lookups === null || found === null ? {} : { found, missing: lookups - found },
        };
      },
    },
  ];
}
