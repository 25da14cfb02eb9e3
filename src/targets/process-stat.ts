import { readFileSync } from 'node:fs';

/** What /proc/PID/stat says of a process, cumulative since it started; times in milliseconds. */
export type ProcessStat = {
  userMs: number;
  systemMs: number;
  /** Of its children that ended and were waited for. */
  childrenUserMs: number;
  childrenSystemMs: number;
  threads: number;
};

/**
 * Milliseconds of a tick of /proc/PID/stat. The kernel scales these fields to USER_HZ, a constant of its interface to programs and not
 * its own timer frequency: 100 on every architecture that Node runs on, which is what `getconf CLK_TCK` prints.
 */
const msPerTick = 1000 / 100;

/** Null where there is no /proc (Linux only), or no such process any more. */
export function readProcessStat(pid: number): ProcessStat | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // proc_pid_stat(5): the name (field 2) may hold spaces and parentheses, so fields count from its last ")"; utime is 14, stime 15, cutime 16,
  // cstime 17, num_threads 20.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  const read = {
    userMs: field(14) * msPerTick,
    systemMs: field(15) * msPerTick,
    childrenUserMs: field(16) * msPerTick,
    childrenSystemMs: field(17) * msPerTick,
    threads: field(20),
  };
  return Object.values(read).every(Number.isFinite) ? read : null;
}
