import type { CohortResult, Result, RoundResult, VariantResult } from '../../result/index.ts';
import { binsBetween, quantileOfBins } from './latency-slices.ts';
import { expectedNames } from './slices.ts';

/** A time in which a service was made to fail. */
export type FaultSpan = { fromMs: number; toMs: number; service: string; faults: string[] };

/** Each span reaches to the next order to the same service, or to the end of the round. */
export function faultSpans({ events = [], elapsedMs }: RoundResult): FaultSpan[] {
  const orders = events.filter(({ kind }) => kind === 'faults');
  return orders.flatMap(({ atMs, service = '', faults = [] }, i) => {
    if (faults.length === 0) return [];
    const next = orders.slice(i + 1).find((later) => (later.service ?? '') === service);
    return [{ fromMs: atMs, toMs: next?.atMs ?? elapsedMs, service, faults }];
  });
}

/** Counts of one stretch of time, over all rounds. `latency` of clients that should be let in; null where the result has none by time. */
export type Stretch = {
  letIn: number;
  welcome: number;
  falseRejects: number;
  unwelcome: number;
  falseAccepts: number;
  undecided: number;
  p50Ms: number | null;
  p99Ms: number | null;
};

export const stretchNames = ['before', 'during', 'after'] as const;
export type FaultFinding = {
  variant: VariantResult;
  index: number;
  faults: string;
  stretches: Record<(typeof stretchNames)[number], Stretch>;
  /** From the end of the faults to the last wrong answer; 0 where there was none; null where they lasted to the end of the round. */
  recoveryMs: number | null;
};

/** What came of services that were made to fail in mid-round, by variant. Empty where the scenario orders no faults. */
export function faultsOf({ variants }: Result): FaultFinding[] {
  return variants.flatMap((variant, index) => {
    const rounds = variant.rounds.flatMap((round) => {
      const spans = faultSpans(round);
      if (spans.length === 0) return [];
      const fromMs = Math.min(...spans.map((span) => span.fromMs));
      return [{ round, fromMs, toMs: Math.max(...spans.map((span) => span.toMs)), spans }];
    });
    if (rounds.length === 0) return [];
    const faults = [...new Set(rounds.flatMap(({ spans }) => spans.flatMap((span) => span.faults)))].join(
      ', ',
    );
    const stretch = (range: (one: (typeof rounds)[number]) => [number, number]) =>
      sumUp(
        variant.cohorts,
        rounds.map((one) => ({ round: one.round, range: range(one) })),
      );
    const recoveries = rounds.map(({ round, toMs }) => recoveryMs(variant.cohorts, round, toMs));
    return [
      {
        variant,
        index,
        faults,
        stretches: {
          before: stretch(({ fromMs }) => [0, fromMs]),
          during: stretch(({ fromMs, toMs }) => [fromMs, toMs]),
          after: stretch(({ toMs }) => [toMs, Number.POSITIVE_INFINITY]),
        },
        recoveryMs: recoveries.some((one) => one === null)
          ? null
          : Math.max(...recoveries.map((one) => one ?? 0)),
      },
    ];
  });
}

/** A slice belongs to the stretch in which it begins. */
function sumUp(
  cohorts: readonly CohortResult[],
  parts: readonly { round: RoundResult; range: readonly [number, number] }[],
): Stretch {
  const welcome = expectedNames(cohorts, true);
  const unwelcome = expectedNames(cohorts, false);
  const sum = (names: ReadonlySet<string>, column: 'accepted' | 'refused' | 'failed') =>
    parts.reduce((total, { round: { timeline }, range: [from, to] }) => {
      const within = (slice: number) =>
        slice * timeline.intervalMs >= from && slice * timeline.intervalMs < to;
      return (
        total +
        timeline.cohorts
          .filter(({ name }) => names.has(name))
          .reduce(
            (all, line) => all + line[column].reduce((a, value, i) => (within(i) ? a + value : a), 0),
            0,
          )
      );
    }, 0);
  const bins = binsBetween(parts, welcome);
  const letIn = sum(welcome, 'accepted');
  const falseRejects = sum(welcome, 'refused');
  const falseAccepts = sum(unwelcome, 'accepted');
  return {
    letIn,
    welcome: letIn + falseRejects,
    falseRejects,
    unwelcome: falseAccepts + sum(unwelcome, 'refused'),
    falseAccepts,
    undecided: sum(welcome, 'failed') + sum(unwelcome, 'failed'),
    p50Ms: quantileOfBins(bins, 0.5),
    p99Ms: quantileOfBins(bins, 0.99),
  };
}

function recoveryMs(cohorts: readonly CohortResult[], round: RoundResult, endMs: number): number | null {
  const { timeline, elapsedMs } = round;
  if (endMs >= elapsedMs) return null;
  const welcome = expectedNames(cohorts, true);
  const unwelcome = expectedNames(cohorts, false);
  const wrongUntil = timeline.cohorts.flatMap(({ name, accepted, refused }) => {
    const wrong = welcome.has(name) ? refused : unwelcome.has(name) ? accepted : [];
    const last = wrong.findLastIndex((value, slice) => value > 0 && slice * timeline.intervalMs >= endMs);
    return last === -1 ? [] : [(last + 1) * timeline.intervalMs - endMs];
  });
  return Math.max(0, ...wrongUntil);
}
