import type { Arrival, Load } from './load.ts';
import type { OpenSchedule } from './schedules/schedule.ts';

/**
 * Arrivals k ≡ share (mod shares) of an open schedule, never early, each of them counted: on every tick all that have come due are
 * started, however many, and what finds no room is missed.
 */
export function openLoad(
  schedule: OpenSchedule,
  share: number,
  shares: number,
  start: (k: number, scheduledMs: number) => Arrival,
  missed: () => void,
): Load {
  let next = share;
  let end = schedule.arrivals;
  return {
    tick(nowMs) {
      while (next < end) {
        const dueMs = schedule.dueMs(next);
        if (dueMs > nowMs) return;
        if (start(next, dueMs) !== 'started') missed();
        next += shares;
      }
    },
    nextMs: () => (next < end ? schedule.dueMs(next) : Infinity),
    limited: true,
    attemptEnded() {},
    sessionEnded() {},
    clientFreed() {},
    over: () => next >= end,
    stop() {
      end = 0;
    },
  };
}
