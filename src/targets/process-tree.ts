import { readdirSync, readFileSync } from 'node:fs';
import { readProcessMemory } from '../broker/index.ts';

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

/** proc_pid_stat(5): USER_HZ, which is 100 on every architecture that Node runs on. */
const msPerTick = 1000 / 100;

/**
 * Cumulative over the tree, what ended and was waited for included; null where there is no /proc (Linux only), or no such process any more.
 * A process that leaves the tree (a daemon whose parent ends) is missed from then on.
 */
export function readTreeUsage(pid: number): TreeUsage | null {
  const root = readStat(pid);
  if (root === null) return null;
  const usage = { cpuUserMs: 0, cpuSystemMs: 0, rssBytes: 0, rssPeakBytes: 0, threads: 0, processes: 0 };
  for (const member of treeOf(pid)) {
    const stat = member === pid ? root : readStat(member);
    const memory = readProcessMemory(member);
    if (stat === null) continue;
    usage.cpuUserMs += stat.userTicks * msPerTick;
    usage.cpuSystemMs += stat.systemTicks * msPerTick;
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

type Stat = { userTicks: number; systemTicks: number; threads: number };

function readStat(pid: number): Stat | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name (field 2) may hold spaces and parentheses, so fields count from its last ")".
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  // utime 14 and stime 15, and of children that were waited for 16 and 17; num_threads 20.
  const [userTicks, systemTicks, threads] = [field(14) + field(16), field(15) + field(17), field(20)];
  return Number.isFinite(userTicks + systemTicks + threads) ? { userTicks, systemTicks, threads } : null;
}
