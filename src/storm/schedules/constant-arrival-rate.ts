import { arrivalsBefore, checkNumber, type ScheduleKind } from './schedule.ts';

/** `rate`: arrivals per second, evenly spaced, the first one at once. */
export type ConstantArrivalRate = { model: 'constant-arrival-rate'; rate: number };

export const constantArrivalRate: ScheduleKind<ConstantArrivalRate> = {
  model: 'constant-arrival-rate',
  make({ rate }, durationMs) {
    checkNumber('rate', rate);
    const dueMs = (k: number): number => (rate === 0 ? Infinity : (k * 1000) / rate);
    return { open: true, dueMs, arrivals: arrivalsBefore(durationMs, dueMs, (durationMs * rate) / 1000) };
  },
};
