import { readFileSync } from 'node:fs';
import { readProcessStat } from './process-stat.ts';
import { treeOf } from './process-tree.ts';
import { schedulerTimeMs } from './server-usage.ts';

/** CPU by one way of accounting, cumulative, milliseconds. */
export type CpuSource = { source: string; ms: number };

/** One and the same CPU by two sources. `grainMs`: what they may differ by between two readings, for being rounded and not read at one moment. */
export type CpuReading = { used: CpuSource; other: CpuSource; grainMs: number };

/** Fields of /proc/PID/stat are rounded down to ticks of 10 ms each, for user and system, at both ends of a difference. */
export const tickGrainMs = 20;
/** Two readings of exact clocks are some system calls apart. */
export const momentMs = 10;

/**
 * What the kernel says besides of the CPU of a process and all that it has started: its cgroup where it has one of its own (cgroup v2,
 * cpu.stat), else the scheduler's clock over its threads. Null where there is neither.
 */
export function secondSource(pid: number): (CpuSource & { grainMs: number }) | null {
  const group = ownCgroupMs(pid);
  if (group !== null) return { source: 'cgroup cpu.stat', ms: group, grainMs: momentMs };
  let ms = 0;
  const tree = treeOf(pid);
  for (const member of tree) {
    const ran = schedulerTimeMs(member);
    const stat = readProcessStat(member);
    if (ran === null || stat === null) {
      if (member === pid) return null;
      continue;
    }
    // Of children that have ended the scheduler's own clock is gone.
    ms += ran + stat.childrenUserMs + stat.childrenSystemMs;
  }
  return { source: '/proc/PID/task schedstat', ms, grainMs: momentMs };
}

/** The CPU of its cgroup, milliseconds, where this process here is in another: else it would be everybody's. */
export function ownCgroupMs(pid: number): number | null {
  const [path, here] = [unifiedGroup(pid), unifiedGroup(process.pid)];
  const mount = unifiedMount();
  if (path === null || path === here || path === '/' || mount === null) return null;
  const text = contents(`${mount}${path}/cpu.stat`);
  const usage = /^usage_usec (\d+)$/m.exec(text ?? '')?.[1];
  return usage === undefined ? null : Number(usage) / 1000;
}

/** Where cgroup v2 is mounted: beside version 1 it has a folder of its own. proc_pid_mountinfo(5): the type follows the field "-". */
function unifiedMount(): string | null {
  return /^\S+ \S+ \S+ \/ (\S+) .*- cgroup2 /m.exec(contents('/proc/self/mountinfo') ?? '')?.[1] ?? null;
}

/** cgroups(7): the line of hierarchy 0 is that of version 2. */
function unifiedGroup(pid: number): string | null {
  return /^0::(\/.*)$/m.exec(contents(`/proc/${pid}/cgroup`) ?? '')?.[1] ?? null;
}

function contents(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
