import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { calibrate } from '../stats/calibration.ts';

/** What the system tells of itself at one moment; null where it doesn't. Times are cumulative, milliseconds over all cores. */
type MachineMoment = {
  busyMs: number | null;
  stealMs: number | null;
  totalMs: number | null;
  ownCpuMs: number;
  throttles: number | null;
};

/** What went on beside a round, and what the parts of this machine cost just before it. */
export type MachineReading = {
  /** Microseconds an operation, from a block of some 60 ms. */
  calibration: Record<string, number>;
  loadAverage1: number;
  /** Share of all CPU time that the hypervisor gave to others. */
  stealShare?: number;
  /** CPU that neither the target nor certstorm used during the round, in cores. */
  otherCores?: number;
  frequencyMHz?: number;
  /** Times that a core was slowed down for its heat, or this process group for its quota. */
  throttles?: number;
};

/** A tick of /proc/stat; USER_HZ is 100 on every Linux that Node runs on (proc(5)). */
const tickMs = 10;
const blockBudgetMs = 8;

/** A short calibration block; not while a round runs. */
export function calibrateBlock(): Promise<Record<string, number>> {
  return calibrate(blockBudgetMs);
}

/** Begins to watch the system's counters. `end` is told what target and services used since, which is no one else's doing. */
export function watchMachine(): {
  end: (calibration: Record<string, number>, measuredCpuMs: number, elapsedMs: number) => MachineReading;
} {
  const before = moment();
  return {
    end(calibration, measuredCpuMs, elapsedMs) {
      const after = moment();
      const total = difference(before.totalMs, after.totalMs);
      const steal = difference(before.stealMs, after.stealMs);
      const busy = difference(before.busyMs, after.busyMs);
      const throttles = difference(before.throttles, after.throttles);
      const frequencyMHz = coreFrequencyMHz();
      const [loadAverage1 = 0] = loadavg();
      const others = busy === null ? null : busy - measuredCpuMs - (after.ownCpuMs - before.ownCpuMs);
      return {
        calibration,
        loadAverage1,
        ...(total === null || steal === null || total <= 0 ? {} : { stealShare: steal / total }),
        ...(others === null || elapsedMs <= 0 ? {} : { otherCores: Math.max(0, others) / elapsedMs }),
        ...(frequencyMHz === null ? {} : { frequencyMHz }),
        ...(throttles === null ? {} : { throttles }),
      };
    },
  };
}

function moment(): MachineMoment {
  const own = process.cpuUsage();
  const ownCpuMs = (own.user + own.system) / 1000;
  // cpu  user nice system idle iowait irq softirq steal …
  const ticks = /^cpu +([\d ]+)$/m.exec(readOrEmpty('/proc/stat'))?.[1]?.split(' ').map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks;
  const busy = user + nice + system + irq + softirq;
  const known = ticks.length >= 8;
  return {
    busyMs: known ? busy * tickMs : null,
    stealMs: known ? steal * tickMs : null,
    totalMs: known ? (busy + idle + iowait + steal) * tickMs : null,
    ownCpuMs,
    throttles: throttleCount(),
  };
}

function throttleCount(): number | null {
  const counts = [
    Number.parseInt(readOrEmpty('/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count'), 10),
    Number(/^nr_throttled (\d+)$/m.exec(readOrEmpty('/sys/fs/cgroup/cpu.stat'))?.[1] ?? Number.NaN),
  ].filter(Number.isFinite);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** Mean over the cores, from the scaling driver, else from /proc/cpuinfo. */
function coreFrequencyMHz(): number | null {
  const scaled = Number.parseInt(readOrEmpty('/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq'), 10);
  if (Number.isFinite(scaled)) return scaled / 1000;
  const told = [...readOrEmpty('/proc/cpuinfo').matchAll(/^cpu MHz\s*: ([\d.]+)$/gm)].map((match) =>
    Number(match[1]),
  );
  return told.length === 0 ? null : told.reduce((sum, mhz) => sum + mhz, 0) / told.length;
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

/** Not every system has every one of these files. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
