import type { CohortResult, Result, RoundResult, VariantResult } from '../../result/index.ts';
import { type Interval, meanInterval } from '../../stats/index.ts';
import { labelOf } from './labels.ts';
import { byRound } from './rounds.ts';

/** A figure with its rounds. */
export type Measured = { value: number; rounds: number[]; interval: Interval | null };

/** What one broker did with the clients of the scenario. */
export type Contender = {
  variant: VariantResult;
  index: number;
  target: string;
  attemptsPerSecond: Measured | null;
  cpuMs: Measured | null;
  good: CohortResult | null;
  goodP50Ms: Measured | null;
  rssPeakMiB: number | null;
  /** Memory grown since the start of the round over the sessions held at once; null where none was held. */
  perSessionKiB: number | null;
  falseAccepts: number;
  falseRejects: number;
};

/** The brokers of a result side by side; empty where all variants have the same target. */
export function leagueOf({ variants }: Result): Contender[] {
  const targets = new Set(variants.map(targetOf));
  if (targets.size < 2) return [];
  return variants.flatMap((variant, index) =>
    variant.accounting.finished === 0 ? [] : [contender(variant, index)],
  );
}

function targetOf({ labels, target }: VariantResult): string {
  return labelOf(labels, 'target') || target.kind;
}

function contender(variant: VariantResult, index: number): Contender {
  const good =
    variant.cohorts.find(({ expected, latencyMs }) => expected === 'accept' && latencyMs.authenticated) ??
    null;
  const rate = ({ accounting, elapsedMs }: RoundResult) =>
    elapsedMs > 0 ? (1000 * accounting.finished) / elapsedMs : undefined;
  const sum = (pick: (cohort: CohortResult) => number) =>
    variant.cohorts.reduce((total, cohort) => total + pick(cohort), 0);
  return {
    variant,
    index,
    target: targetOf(variant),
    attemptsPerSecond: measured(byRound(variant, rate)),
    cpuMs: measured(
      byRound(variant, ({ target }) => target.cpuMsPerAttempt),
      variant.target.cpuMsPerAttempt,
    ),
    good,
    goodP50Ms: measured(
      byRound(
        variant,
        ({ cohorts }) => cohorts.find(({ name }) => name === good?.name)?.latencyMs.authenticated?.p50,
      ),
      good?.latencyMs.authenticated?.p50,
    ),
    rssPeakMiB: variant.target.rssPeakMiB ?? null,
    perSessionKiB: perSession(variant),
    falseAccepts: sum((cohort) => cohort.falseAccepts),
    falseRejects: sum((cohort) => cohort.falseRejects),
  };
}

/** `whole` is the figure merged over the rounds; the mean of the rounds where there is none. */
function measured(rounds: number[], whole?: number): Measured | null {
  const value =
    whole ?? (rounds.length === 0 ? undefined : rounds.reduce((a, b) => a + b, 0) / rounds.length);
  return value === undefined ? null : { value, rounds, interval: meanInterval(rounds) };
}

function perSession({ rounds }: VariantResult): number | null {
  const grown = rounds.flatMap(({ cohorts, timeline }) => {
    const held = cohorts.reduce((sum, { sessions }) => sum + (sessions?.peak ?? 0), 0);
    const rss = timeline.target?.rssMiB ?? [];
    const [first] = rss;
    if (held === 0 || first === undefined) return [];
    return [(1024 * (Math.max(...rss) - first)) / held];
  });
  return grown.length === 0 ? null : grown.reduce((a, b) => a + b, 0) / grown.length;
}
