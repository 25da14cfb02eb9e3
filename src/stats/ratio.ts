import { mean, sampleStandardDeviation } from 'simple-statistics';
import { type Interval, meanInterval } from './interval.ts';
import { twoSidedT } from './student-t.ts';

/**
 * How many times larger `candidate` is than `baseline`: the geometric mean of the ratios, round by round, with its t interval on the
 * log scale. Round i of the one must have been measured beside round i of the other, so that the machine's drift cancels.
 *
 * @returns null for fewer than two pairs, or where a value is not positive.
 */
export function pairedRatio(
  baseline: readonly number[],
  candidate: readonly number[],
  confidence = 0.95,
): Interval | null {
  const logs = logRatios(baseline, candidate);
  const interval = logs === null ? null : meanInterval(logs, confidence);
  if (interval === null) return null;
  return {
    estimate: Math.exp(interval.estimate),
    low: Math.exp(interval.low),
    high: Math.exp(interval.high),
    confidence,
  };
}

/**
 * About how many rounds would tell a ratio of this size from 1, if the rounds to come spread as those measured did.
 *
 * @returns null where it can't be said: fewer than two pairs, no spread, or no difference at all.
 */
export function roundsToDecide(
  baseline: readonly number[],
  candidate: readonly number[],
  confidence = 0.95,
): number | null {
  const logs = logRatios(baseline, candidate);
  if (logs === null || logs.length < 2) return null;
  const difference = Math.abs(mean(logs));
  const spread = sampleStandardDeviation(logs);
  if (!(difference > 0 && spread > 0)) return null;
  const normal = twoSidedT(1e6, confidence);
  const most = 10_000;
  let rounds = Math.max(2, Math.floor(((normal * spread) / difference) ** 2));
  while (rounds < most && (twoSidedT(rounds - 1, confidence) * spread) / Math.sqrt(rounds) > difference)
    rounds += 1;
  return Math.min(rounds, most);
}

function logRatios(baseline: readonly number[], candidate: readonly number[]): number[] | null {
  const pairs = Math.min(baseline.length, candidate.length);
  const logs = Array.from({ length: pairs }, (_, i) => Math.log((candidate[i] ?? 0) / (baseline[i] ?? 0)));
  return logs.every(Number.isFinite) ? logs : null;
}
