import { existsSync, readdirSync, rmSync } from 'node:fs';

/** Debian's package `faketime`, on every architecture; elsewhere the usual places. */
function libraryPlaces(): string[] {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const architectures = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))
    : [];
  return [...architectures.map((name) => `/usr/lib/${name}`), ...folders].map(
    (folder) => `${folder}/faketime/libfaketime.so.1`,
  );
}

export const findFaketime = (): string | null => libraryPlaces().find((path) => existsSync(path)) ?? null;

/**
 * Environment of a process whose wall clock stands still at `time` (seconds since 1970). An absolute time without `@` stops the clock, so
 * a certificate that ends in that very second is judged in that very second. The monotonic clock runs on: timers go by it.
 */
export function stoppedClock(library: string, time: number): NodeJS.ProcessEnv {
  const [day = '', clock = ''] = new Date(time * 1000).toISOString().split(/[T.]/);
  return {
    LD_PRELOAD: library,
    FAKETIME: `${day} ${clock}`,
    TZ: 'UTC',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    // A file's times are not in question, and each stat would take a lock.
    NO_FAKE_STAT: '1',
  };
}

/** libfaketime's shared memory is left behind by a process that was killed. */
export function sweepClockOf(pid: number): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
    rmSync(`/dev/shm/${name}`, { force: true });
}
