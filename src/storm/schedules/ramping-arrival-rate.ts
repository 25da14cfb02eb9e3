import { linearStages } from './linear-stages.ts';
import { arrivalsBefore, type ScheduleKind, type Stage } from './schedule.ts';

/** `rate`: arrivals per second that the first stage starts from; it moves linearly to each stage's `target`. */
export type RampingArrivalRate = { model: 'ramping-arrival-rate'; rate: number; stages: Stage[] };

/**
 * Arrival k is due at the moment from which on the integral of the rate exceeds k: the exact inverse, so that no rounding adds up over a
 * long ramp, and a constant rate gives the arrivals of `constant-arrival-rate`.
 */
export const rampingArrivalRate: ScheduleKind<RampingArrivalRate> = {
  model: 'ramping-arrival-rate',
  make({ rate, stages }, durationMs) {
    const level = linearStages(rate, stages);
    const dueMs = (k: number): number => level.whenExceeding(k * 1000);
    return {
      open: true,
      dueMs,
      arrivals: arrivalsBefore(durationMs, dueMs, level.integralAt(durationMs) / 1000),
    };
  },
};
