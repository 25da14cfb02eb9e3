import { readdirSync, readFileSync } from 'node:fs';
import { readProcessStat } from './process-stat.ts';
import { treeOf } from './process-tree.ts';

/** What the operating system says about a server of several processes, cumulative. */
export type ServerUsage = {
  /** CPU in ticks of 10 ms (proc_pid_stat(5)): how it is divided. */
  cpuUserMs: number;
  cpuSystemMs: number;
  /** The same CPU by the scheduler's own clock, nanoseconds fine; null where this kernel keeps none. */
  cpuMs: number | null;
  processes: number;
  /** What the processes have of their own, and the largest share of what they hold in common: no page counts twice. Bytes. */
  rssBytes: number;
};

/**
 * Usage of a server from outside: `pid` with all its children, `without` those that are there for the asking alone. A server of ten processes
 * that answers for two seconds is told by ticks to a tenth only, hence the finer clock. Null where there is no /proc, or no such process.
 */
export function readServerUsage(pid: number, without: readonly number[] = []): ServerUsage | null {
  const usage = { cpuUserMs: 0, cpuSystemMs: 0, rssBytes: 0, processes: 0 };
  let schedulerMs: number | null = 0;
  let shared = 0;
  for (const member of treeOf(pid)) {
    if (without.includes(member)) continue;
    const stat = readProcessStat(member);
    if (stat === null && member === pid) return null;
    if (stat === null) continue;
    const { userMs, systemMs, childrenUserMs, childrenSystemMs } = stat;
    usage.processes++;
    usage.cpuUserMs += userMs + childrenUserMs;
    usage.cpuSystemMs += systemMs + childrenSystemMs;
    const ran = schedulerTimeMs(member);
    // Of children that have ended the scheduler's own clock is gone.
    schedulerMs =
      schedulerMs === null || ran === null ? null : schedulerMs + ran + childrenUserMs + childrenSystemMs;
    const memory = readMemory(member);
    usage.rssBytes += memory.own;
    shared = Math.max(shared, memory.shared);
  }
  return { ...usage, rssBytes: usage.rssBytes + shared, cpuMs: schedulerMs };
}

/**
 * Time that the threads of a process have been on a CPU, by the scheduler's clock: the first field of /proc/PID/task/TID/schedstat, nanoseconds
 * there. Null where this kernel keeps none.
 */
export function schedulerTimeMs(pid: number): number | null {
  let sum = 0;
  for (const task of threadsOf(pid)) {
    const text = contents(`/proc/${pid}/task/${task}/schedstat`);
    if (text === null) return null;
    sum += Number(text.split(' ')[0]) / 1e6;
  }
  return sum;
}

function readMemory(pid: number): { own: number; shared: number } {
  const status = contents(`/proc/${pid}/status`) ?? '';
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { own: bytes('RssAnon'), shared: bytes('RssFile') + bytes('RssShmem') };
}

/** A process may end between being listed and being read. */
function contents(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
