import { drawAt } from '../draw.ts';
import { arrivalsBefore, checkNumber, type ScheduleKind } from './schedule.ts';

/** `rate`: arrivals per second on average, each independent of all others; `seed`: of its draws. */
export type Poisson = { model: 'poisson'; rate: number; seed: number };

/**
 * Clients that know nothing of one another arrive so: gaps are exponential, and a second holds now more, now fewer. Gap k depends on the
 * seed and k alone, so that every worker sees the same arrivals; the sum up to the last one that was asked for is kept.
 */
export const poisson: ScheduleKind<Poisson> = {
  model: 'poisson',
  make({ rate, seed }, durationMs) {
    checkNumber('rate', rate);
    let at = -1;
    let atMs = 0;
    const dueMs = (k: number): number => {
      if (rate === 0) return Infinity;
      if (k < at) [at, atMs] = [-1, 0];
      for (; at < k; at++) atMs += (-Math.log((drawAt(seed, at + 1) + 0.5) / 2 ** 32) * 1000) / rate;
      return atMs;
    };
    return { open: true, dueMs, arrivals: arrivalsBefore(durationMs, dueMs, 0) };
  },
};
