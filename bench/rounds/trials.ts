import {
  alpha,
  lookAlpha,
  looks,
  pairedEffect,
  type RatioVerdict,
  type RunNoise,
  ratioInterval,
  ratioVerdict,
  unpairedEffect,
  wilson,
} from '../../src/stats/index.ts';

/** What a gate said of pairs that are known to be equal, or to differ by so much. */
export type Tally = { comparisons: number } & Record<RatioVerdict, number>;

export type Rate = { found: number; of: number; rate: number; low: number; high: number };

export const tolerance = 0.05;
/** As a scenario with a compare section has them. */
export const defaultRounds = 20;

export function emptyTally(): Tally {
  return { comparisons: 0, slower: 0, faster: 0, same: 0, inconclusive: 0 };
}

export function count(tally: Tally, verdict: RatioVerdict | null): void {
  if (verdict === null) return;
  tally.comparisons += 1;
  tally[verdict] += 1;
}

/** Share of a verdict with Wilson's 95 % interval; null where nothing was compared. */
export function rateOf(tally: Tally, ...verdicts: RatioVerdict[]): Rate | null {
  const found = verdicts.reduce((sum, verdict) => sum + tally[verdict], 0);
  const interval = wilson(found, tally.comparisons);
  if (interval === null) return null;
  const { estimate, low, high } = interval;
  return { found, of: tally.comparisons, rate: estimate, low, high };
}

/** The verdict of the gate on rounds that were measured side by side, in one run. */
export function sideBySide(baseline: readonly number[], candidate: readonly number[]): RatioVerdict | null {
  const effect = pairedEffect(baseline, candidate);
  return effect === null ? null : ratioVerdict(ratioInterval(effect, 1 - alpha), tolerance);
}

/**
 * The verdict of `--rounds auto` against a stored baseline, with the rounds that it took: at each look that there are rounds enough for,
 * until it is decided.
 */
export function againstStored(
  baseline: readonly number[],
  candidate: readonly number[],
  noiseOf: (series: readonly (readonly number[])[]) => RunNoise,
): { verdict: RatioVerdict; rounds: number } | null {
  let last: { verdict: RatioVerdict; rounds: number } | null = null;
  for (const rounds of looks) {
    if (candidate.length < rounds) break;
    const seen = candidate.slice(0, rounds);
    const effect = unpairedEffect(baseline, seen, noiseOf([baseline, seen]));
    if (effect === null) return null;
    last = { verdict: ratioVerdict(ratioInterval(effect, 1 - lookAlpha), tolerance), rounds };
    if (last.verdict !== 'inconclusive') break;
  }
  return last;
}
