import { openSync, readFileSync, readSync } from 'node:fs';
import process from 'node:process';

export type ProcessMemory = {
  rssBytes: number;
  /** Highest RSS the kernel has seen, bytes. */
  rssPeakBytes: number;
};

/**
 * RSS of a process from /proc/PID/status (VmRSS, VmHWM). VmHWM and not ru_maxrss, which a process takes over from the one that started
 * it. Null where there is no /proc, or no such process any more. Synchronous: the kernel answers from memory.
 */
export function readProcessMemory(pid: number): ProcessMemory | null {
  try {
    return parseStatus(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return null;
  }
}

/**
 * A reader of this process's own memory that opens nothing when it is called, so that it answers also when connections have taken the
 * last file descriptor. Without /proc it takes what Node knows.
 */
export function ownMemoryReader(): () => ProcessMemory {
  const fromNode = () => ({
    rssBytes: process.memoryUsage.rss(),
    rssPeakBytes: process.resourceUsage().maxRSS * 1024,
  });
  let status: number;
  try {
    status = openSync('/proc/self/status', 'r');
  } catch {
    return fromNode;
  }
  const buffer = Buffer.alloc(8192);
  return () =>
    parseStatus(buffer.toString('latin1', 0, readSync(status, buffer, 0, buffer.length, 0))) ?? fromNode();
}

function parseStatus(status: string): ProcessMemory | null {
  const rss = kibibytes(status, 'VmRSS');
  const peak = kibibytes(status, 'VmHWM');
  return rss === null || peak === null ? null : { rssBytes: rss * 1024, rssPeakBytes: peak * 1024 };
}

function kibibytes(status: string, field: string): number | null {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  return match?.[1] === undefined ? null : Number(match[1]);
}
