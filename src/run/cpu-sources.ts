import { agreementShare } from '../result/cpu-sources-schema.ts';
import type { CpuSources } from '../result/schema.ts';
import type { RunningService } from '../services/index.ts';
import { type CpuReading, secondSource, tickGrainMs } from '../targets/cpu-reading.ts';
import type { RunningTarget, TargetSnapshot } from '../targets/target.ts';

/** The target's CPU by the source that its snapshot has it from, and by another; null where there are not two. */
export function readTargetCpu(
  { pid }: Pick<RunningTarget, 'pid'>,
  kind: string,
  snapshot: TargetSnapshot,
): CpuReading | null {
  const { cpuUserMs, cpuSystemMs, procCpuMs } = snapshot;
  if (pid === null || cpuUserMs === null || cpuSystemMs === null) return null;
  const own = kind === 'bundled';
  const used = { source: own ? 'getrusage' : '/proc/PID/stat', ms: cpuUserMs + cpuSystemMs };
  const second = secondSource(pid);
  if (second !== null) {
    const { grainMs, ...other } = second;
    return { used, other, grainMs: own ? grainMs : grainMs + tickGrainMs };
  }
  if (!own || procCpuMs === null) return null;
  return { used, other: { source: '/proc/PID/stat', ms: procCpuMs }, grainMs: tickGrainMs };
}

/** The same of a service that this run has started, which knows its own. */
export function readServiceCpu(
  { pid }: Pick<RunningService, 'pid'>,
  { cpuUserMs, cpuSystemMs }: { cpuUserMs: number; cpuSystemMs: number },
): CpuReading | null {
  const second = secondSource(pid);
  if (second === null) return null;
  const { grainMs, ...other } = second;
  return { used: { source: 'getrusage', ms: cpuUserMs + cpuSystemMs }, other, grainMs };
}

/** What two sources say of the CPU between pairs of readings, added up; undefined where no pair has both. */
export function compareSources(
  pairs: readonly {
    before: CpuReading | null | undefined;
    after: CpuReading | null | undefined;
  }[],
): CpuSources | undefined {
  let sum: { used: string; other: string; usedMs: number; otherMs: number; grainMs: number } | undefined;
  for (const { before, after } of pairs) {
    if (before == null || after == null) continue;
    sum ??= { used: after.used.source, other: after.other.source, usedMs: 0, otherMs: 0, grainMs: 0 };
    sum.usedMs += after.used.ms - before.used.ms;
    sum.otherMs += after.other.ms - before.other.ms;
    sum.grainMs += after.grainMs;
  }
  if (sum === undefined) return undefined;
  const apart = Math.abs(sum.usedMs - sum.otherMs);
  return {
    ...sum,
    ...(sum.usedMs > 0 && { difference: (sum.otherMs - sum.usedMs) / sum.usedMs }),
    agree: apart <= Math.max(agreementShare * sum.usedMs, sum.grainMs),
  };
}
