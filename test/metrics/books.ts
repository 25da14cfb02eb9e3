import { expect } from 'vitest';
import type { Recording } from '../../src/metrics/recording.ts';

/** What is scheduled has been started or missed, what is started has ended in one way, and the cohorts come to the whole. */
export function expectBooksToBalance({
  scheduled,
  started,
  finished,
  missedArrivals,
  unfinished,
  cohorts,
}: Recording): void {
  expect(scheduled).toBe(started + missedArrivals);
  expect(started).toBe(finished + unfinished);
  expect(cohorts.reduce((sum, cohort) => sum + cohort.started, 0)).toBe(started);
  expect(cohorts.flatMap(({ outcomes }) => outcomes).reduce((sum, { count }) => sum + count, 0)).toBe(
    finished,
  );
}
