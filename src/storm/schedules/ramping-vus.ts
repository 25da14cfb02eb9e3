import { linearStages } from './linear-stages.ts';
import type { ScheduleKind, Stage } from './schedule.ts';

/** `vus`: virtual users that the first stage starts from; their number moves linearly to each stage's `target`. */
export type RampingVus = { model: 'ramping-vus'; vus: number; stages: Stage[] };

export const rampingVus: ScheduleKind<RampingVus> = {
  model: 'ramping-vus',
  make({ vus, stages }) {
    const level = linearStages(vus, stages);
    // The smallest step beyond an exact number must not wake one more user, nor rounding just below it put one to sleep.
    return { open: false, vusAt: (elapsedMs) => Math.floor(level.valueAt(elapsedMs) + 1e-9) };
  },
};
