import { readFileSync } from 'node:fs';
import { readProcessMemory } from '../broker/index.ts';

/** What the operating system says about a process, without asking the process. */
export type ProcessUsage = {
  cpuUserMs: number;
  cpuSystemMs: number;
  rssBytes: number;
  /** Highest RSS the kernel has seen, bytes. */
  rssPeakBytes: number;
};

/**
 * Milliseconds of a tick of /proc/PID/stat. The kernel scales these fields to USER_HZ, a constant of its interface to programs and not
 * its own timer frequency: 100 on every architecture that Node runs on, which is what `getconf CLK_TCK` prints.
 */
const msPerTick = 1000 / 100;

/** Cumulative since the process started, all its threads; null where there is no /proc (Linux only), or no such process any more. */
export function readProcessUsage(pid: number): ProcessUsage | null {
  const memory = readProcessMemory(pid);
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // proc_pid_stat(5): the name (field 2) may hold spaces and parentheses, so fields count from its last ")"; utime is 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [utime, stime] = [Number(fields[14 - 3]), Number(fields[15 - 3])];
  if (memory === null || !Number.isFinite(utime) || !Number.isFinite(stime)) return null;
  return { cpuUserMs: utime * msPerTick, cpuSystemMs: stime * msPerTick, ...memory };
}
