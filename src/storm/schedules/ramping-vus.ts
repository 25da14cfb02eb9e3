import { linearStages } from './linear-stages.ts';
import { checkNumber, type ScheduleKind, type Stage } from './schedule.ts';

/** `thinkMs`: mean of the exponentially distributed time that a user waits between two attempts. `vus`: virtual users that the first stage starts from; their number moves linearly to each stage's `target`. */
export type RampingVus = { model: 'ramping-vus'; vus: number; stages: Stage[]; thinkMs?: number };

export const rampingVus: ScheduleKind<RampingVus> = {
  model: 'ramping-vus',
  make({ vus, stages, thinkMs = 0 }) {
    checkNumber('thinkMs', thinkMs);
    const level = linearStages(vus, stages);
    // The smallest step beyond an exact number must not wake one more user, nor rounding just below it put one to sleep.
    return { open: false, thinkMs, vusAt: (elapsedMs) => Math.floor(level.valueAt(elapsedMs) + 1e-9) };
  },
};
