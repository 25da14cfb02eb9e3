import { readFileSync } from 'node:fs';

export type ProcessMemory = { rssBytes: number; rssPeakBytes: number };

/**
 * RSS of a process and the highest the kernel has seen, from /proc/PID/status (VmRSS, VmHWM). VmHWM and not ru_maxrss, which a process
 * takes over from the one that started it. Null where there is no /proc, or no such process any more. Synchronous on purpose: the kernel
 * answers from memory, and the thread pool may be full of password hashes.
 */
export function readProcessMemory(pid: number | 'self'): ProcessMemory | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return null;
  }
  const rss = kibibytes(status, 'VmRSS');
  const peak = kibibytes(status, 'VmHWM');
  return rss === null || peak === null ? null : { rssBytes: rss * 1024, rssPeakBytes: peak * 1024 };
}

function kibibytes(status: string, field: string): number | null {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  return match?.[1] === undefined ? null : Number(match[1]);
}
