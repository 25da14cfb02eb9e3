import { arrivalsBefore, type ScheduleKind } from './schedule.ts';

/**
 * Arrivals as they were written down: `atMs` in order, each with the index of its cohort. `speed` 10 plays an hour in six minutes.
 */
export type Trace = { model: 'trace'; atMs: Float64Array; cohorts: Uint16Array; speed: number };

export const trace: ScheduleKind<Trace> = {
  model: 'trace',
  make({ atMs, cohorts, speed }, durationMs) {
    if (!(speed > 0)) throw new RangeError(`speed must be above 0, not ${speed}`);
    if (cohorts.length !== atMs.length)
      throw new RangeError(`${atMs.length} times have ${cohorts.length} cohorts`);
    const disorder = atMs.findIndex((ms, k) => !(ms >= (atMs[k - 1] ?? 0)));
    if (disorder >= 0) throw new RangeError(`arrival ${disorder + 1} comes before the one ahead of it`);
    const dueMs = (k: number): number => (atMs[k] ?? Infinity) / speed;
    return {
      open: true,
      dueMs,
      arrivals: arrivalsBefore(durationMs, dueMs, atMs.length),
      cohortOf: (k) => cohorts[k] ?? 0,
    };
  },
};
