import { readProcessMemory } from '../broker/index.ts';
import { readProcessStat } from './process-stat.ts';

/** What the operating system says about a process, without asking the process. */
export type ProcessUsage = {
  cpuUserMs: number;
  cpuSystemMs: number;
  rssBytes: number;
  /** Highest RSS the kernel has seen, bytes. */
  rssPeakBytes: number;
};

/** Cumulative since the process started, all its threads; null where there is no /proc (Linux only), or no such process any more. */
export function readProcessUsage(pid: number): ProcessUsage | null {
  const memory = readProcessMemory(pid);
  const stat = readProcessStat(pid);
  if (memory === null || stat === null) return null;
  return { cpuUserMs: stat.userMs, cpuSystemMs: stat.systemMs, ...memory };
}
