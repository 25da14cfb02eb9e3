import { readFileSync } from 'node:fs';

/** Whether what answers at a host of this name runs on this machine. */
export const isLocal = (hostname: string): boolean =>
  /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/.test(hostname);

/** The process that started this one (proc_pid_stat(5), field 4); null where there is no /proc, or no such process. */
export function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
