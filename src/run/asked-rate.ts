import type { RoundOrder } from '../storm/order.ts';
import { makeSchedule } from '../storm/schedules/index.ts';

/** Rates are told over so much time at most. */
export const rateWindowMs = 1_000;

/**
 * What a round's schedule asks for, attempts a second over the last second before a moment of the round; null in the closed models, which
 * ask for no rate. Throws StormError for an order that makes no sense.
 */
export function askedRate({ schedule, durationMs }: RoundOrder): (elapsedMs: number) => number | null {
  const made = makeSchedule(schedule, durationMs);
  if (!made.open) return () => null;
  const { dueMs, arrivals } = made;
  const dueBefore = (atMs: number): number => {
    let low = 0;
    let high = arrivals;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (dueMs(middle) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (elapsedMs) => {
    const until = Math.min(elapsedMs, durationMs);
    const from = Math.max(0, until - rateWindowMs);
    return until > from ? ((dueBefore(until) - dueBefore(from)) * 1000) / (until - from) : 0;
  };
}
