import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';

/** What the calling thread used since it began to be watched, milliseconds. */
export type ThreadUsage = {
  cpuUserMs: number;
  cpuSystemMs: number;
  /** How late the thread's event loop came round, beyond the sampling interval itself. */
  eventLoopLagMs: { p50: number; p99: number; max: number };
  /** Garbage collections of the thread's own heap. */
  collections: { count: number; totalMs: number; maxMs: number };
};

export type ThreadWatch = { sample(): ThreadUsage; stop(): ThreadUsage };

const resolutionMs = 10;

/** Watches the calling thread only: CPU by the operating system's account of it (getrusage(2), RUSAGE_THREAD), lag by libuv's own timer. */
export function watchThread(): ThreadWatch {
  const cpu = process.threadCpuUsage();
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const collections = { count: 0, totalMs: 0, maxMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      collections.count++;
      collections.totalMs += duration;
      collections.maxMs = Math.max(collections.maxMs, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const lagMs = (ns: number): number => (delay.count === 0 ? 0 : Math.max(0, ns / 1e6 - resolutionMs));
  const sample = (): ThreadUsage => {
    const { user, system } = process.threadCpuUsage(cpu);
    return {
      cpuUserMs: user / 1000,
      cpuSystemMs: system / 1000,
      collections: { ...collections },
      eventLoopLagMs: {
        p50: lagMs(delay.percentile(50)),
        p99: lagMs(delay.percentile(99)),
        max: lagMs(delay.max),
      },
    };
  };
  const stop = (): ThreadUsage => {
    const usage = sample();
    delay.disable();
    observer.disconnect();
    return usage;
  };
  return { sample, stop };
}
