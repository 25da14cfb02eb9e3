import { PerformanceObserver } from 'node:perf_hooks';
import type { BrokerSnapshot } from './config.ts';

/** Count, milliseconds in all, the longest: in memory that the control thread reads without asking the main loop. */
export function allocateCollections(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
}

/**
 * Counts the garbage collections of the calling thread: the time for which each held it up. V8 does part of the work in threads of its own
 * meanwhile, which is CPU of the process and not in here. The returned function begins anew.
 */
export function watchCollections(counted: Float64Array): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      counted[0] = (counted[0] ?? 0) + 1;
      counted[1] = (counted[1] ?? 0) + duration;
      counted[2] = Math.max(counted[2] ?? 0, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    // Those that are still to be told happened before.
    observer.takeRecords();
    counted.fill(0);
  };
}

export function readCollections(counted: Float64Array): NonNullable<BrokerSnapshot['collections']> {
  const [count = 0, totalMs = 0, maxMs = 0] = counted;
  return { count, totalMs, maxMs };
}
