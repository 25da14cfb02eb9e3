import type { CohortResult, RoundResult } from '../../result/index.ts';

/** A slice of a round: what ended in it, and what started, per second. */
export type Slice = { atS: number; started: number; accepted: number; refused: number; failed: number };

type TimelineCohort = RoundResult['timeline']['cohorts'][number];

/** The slices of a round, summed over the cohorts of these names, or over all. */
export function slicesOf({ timeline }: RoundResult, names?: ReadonlySet<string>): Slice[] {
  const { intervalMs } = timeline;
  const cohorts = timeline.cohorts.filter(({ name }) => names === undefined || names.has(name));
  const perSecond = intervalMs > 0 ? 1000 / intervalMs : 0;
  const length = Math.max(
    0,
    ...cohorts.map(({ started, accepted }) => Math.max(started.length, accepted.length)),
  );
  const sum = (pick: (cohort: TimelineCohort) => readonly number[], slice: number) =>
    cohorts.reduce((total, cohort) => total + (pick(cohort)[slice] ?? 0), 0) * perSecond;
  return Array.from({ length }, (_, i) => ({
    atS: (i * intervalMs) / 1000,
    started: sum(({ started }) => started, i),
    accepted: sum(({ accepted }) => accepted, i),
    refused: sum(({ refused }) => refused, i),
    failed: sum(({ failed }) => failed, i),
  }));
}

export function lengthS({ timeline }: RoundResult): number {
  const slices = Math.max(
    0,
    ...timeline.cohorts.map(({ started, accepted }) => Math.max(started.length, accepted.length)),
  );
  return (slices * timeline.intervalMs) / 1000;
}

/** Names of the cohorts that are expected to be let in (all along), or of the others. */
export function expectedNames(cohorts: readonly CohortResult[], welcome: boolean): Set<string> {
  return new Set(
    cohorts
      .filter(({ expected }) => expected !== 'accept-until-revoked' && (expected === 'accept') === welcome)
      .map(({ name }) => name),
  );
}
