import { mean } from 'simple-statistics';
import { seededRandom } from './random.ts';
import { twoSidedT } from './student-t.ts';

/** What two methods cost at one size, round by round: round i of the one was measured beside round i of the other. */
export type CostPair = { size: number; baseline: readonly number[]; candidate: readonly number[] };

/**
 * From which size on the candidate costs less. `at`: from there, with bounds (`high` is Infinity where even the largest size may be too
 * small; `low` is the smallest size where the candidate may be cheaper all along). `always` and `never`: over the whole range that was
 * measured. `agreement` is the share of resamples that say the same; null, as the bounds are, where there are fewer than two rounds.
 */
export type Crossover =
  | { kind: 'at'; size: number; low: number | null; high: number | null; confidence: number }
  | { kind: 'always' | 'never'; agreement: number | null };

/**
 * The logarithm of the ratio of two power laws is a straight line over the logarithm of the size, so it is interpolated there; between
 * size 0, which has no logarithm, and the next it is interpolated over the size itself. What counts is the last change of sign: before
 * it the candidate is dearer, after it never again. The bounds are a bootstrap over rounds, resampled at each size by itself; deviations
 * are widened by Student's t against the normal, without which an interval from three rounds would hold the truth far too seldom.
 *
 * @returns null for fewer than two sizes, or where a cost is not positive.
 */
export function crossover(
  pairs: readonly CostPair[],
  { confidence = 0.95, resamples = 2000, seed = 1 } = {},
): Crossover | null {
  const sorted = pairs
    .toSorted((a, b) => a.size - b.size)
    .map(({ size, ...pair }) => ({ size, logs: logRatios(pair) }));
  if (sorted.length < 2 || sorted.some(({ logs }) => logs.length === 0 || !logs.every(Number.isFinite)))
    return null;
  const sizes = sorted.map(({ size }) => size);
  const found = lastCrossing(
    sizes,
    sorted.map(({ logs }) => mean(logs)),
  );
  const several = sorted.every(({ logs }) => logs.length >= 2);
  const samples = several
    ? resample(sorted, confidence, resamples, seed).map((logs) => lastCrossing(sizes, logs))
    : [];
  if (found === Number.POSITIVE_INFINITY || found === (sizes[0] ?? 0)) {
    const agreement = several ? samples.filter((sample) => sample === found).length / samples.length : null;
    return { kind: found === Number.POSITIVE_INFINITY ? 'never' : 'always', agreement };
  }
  const ordered = samples.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? null;
  return {
    kind: 'at',
    size: found,
    low: quantile((1 - confidence) / 2),
    high: quantile((1 + confidence) / 2),
    confidence,
  };
}

/** Above 0: the candidate is the cheaper one. */
function logRatios({ baseline, candidate }: Omit<CostPair, 'size'>): number[] {
  const rounds = Math.min(baseline.length, candidate.length);
  return Array.from({ length: rounds }, (_, i) => Math.log((baseline[i] ?? 0) / (candidate[i] ?? 0)));
}

/** The smallest size where it holds all along; Infinity where it does not hold at the largest. */
function lastCrossing(sizes: readonly number[], logs: readonly number[]): number {
  const last = logs.findLastIndex((log) => log <= 0);
  if (last === logs.length - 1) return Number.POSITIVE_INFINITY;
  const [from, to] = [sizes[last] ?? 0, sizes[last + 1] ?? 0];
  if (last < 0) return sizes[0] ?? 0;
  const [before, after] = [logs[last] ?? 0, logs[last + 1] ?? 0];
  const share = -before / (after - before);
  return from > 0 ? from * (to / from) ** share : to * share;
}

function resample(
  sorted: readonly { logs: readonly number[] }[],
  confidence: number,
  resamples: number,
  seed: number,
): number[][] {
  const random = seededRandom(seed);
  const spread = sorted.map(({ logs }) => {
    const centre = mean([...logs]);
    const n = logs.length;
    const widen = Math.sqrt(n / (n - 1)) * (twoSidedT(n - 1, confidence) / twoSidedT(1e6, confidence));
    return { centre, deviations: logs.map((log) => (log - centre) * widen) };
  });
  return Array.from({ length: resamples }, () =>
    spread.map(({ centre, deviations }) => {
      let sum = 0;
      for (let i = 0; i < deviations.length; i += 1)
        sum += deviations[Math.floor(random() * deviations.length)] ?? 0;
      return centre + sum / deviations.length;
    }),
  );
}
