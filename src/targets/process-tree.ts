import { readdirSync, readFileSync } from 'node:fs';
import { readProcessMemory } from '../broker/index.ts';
import { readProcessStat } from './process-stat.ts';

/** What the operating system says about a process and all that it has started, without asking any of them. */
export type TreeUsage = {
  cpuUserMs: number;
  cpuSystemMs: number;
  rssBytes: number;
  /** Sum of the highest RSS of each (VmHWM): what the tree had at most, where its processes peaked together. */
  rssPeakBytes: number;
  threads: number;
  processes: number;
};

/**
 * Cumulative over the tree, what ended and was waited for included; null where there is no /proc (Linux only), or no such process any more.
 * A process that leaves the tree (a daemon whose parent ends) is missed from then on.
 */
export function readTreeUsage(pid: number): TreeUsage | null {
  const root = readProcessStat(pid);
  if (root === null) return null;
  const usage = { cpuUserMs: 0, cpuSystemMs: 0, rssBytes: 0, rssPeakBytes: 0, threads: 0, processes: 0 };
  for (const member of treeOf(pid)) {
    const stat = member === pid ? root : readProcessStat(member);
    const memory = readProcessMemory(member);
    if (stat === null) continue;
    usage.cpuUserMs += stat.userMs + stat.childrenUserMs;
    usage.cpuSystemMs += stat.systemMs + stat.childrenSystemMs;
    usage.threads += stat.threads;
    usage.processes++;
    usage.rssBytes += memory?.rssBytes ?? 0;
    usage.rssPeakBytes += memory?.rssPeakBytes ?? 0;
  }
  return usage;
}

/** The process ids of a process and its descendants, parents first. */
export function treeOf(pid: number): number[] {
  const tree = [pid];
  for (const member of tree) tree.push(...childrenOf(member));
  return tree;
}

/** Children belong to the thread that started them, each of which has a list. */
function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has just ended.
    return [];
  }
  return threads.flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
        .split(' ')
        .filter((word) => word.trim() !== '')
        .map(Number);
    } catch {
      // This thread has.
      return [];
    }
  });
}
