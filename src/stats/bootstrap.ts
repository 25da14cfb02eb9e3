import { quantileSorted } from 'simple-statistics';
import type { Interval } from './interval.ts';
import { seededRandom } from './random.ts';

/**
 * Percentile bootstrap interval of any summary of rounds, for summaries that have no formula, such as a median. Equal input and seed
 * give equal bounds. Below about ten values it is too narrow; prefer `meanInterval` there.
 *
 * @returns null for fewer than two values.
 */
export function bootstrapInterval(
  values: readonly number[],
  summarise: (sample: readonly number[]) => number,
  { confidence = 0.95, resamples = 2000, seed = 1 } = {},
): Interval | null {
  if (values.length < 2) return null;
  const random = seededRandom(seed);
  const draw = () => values[Math.floor(random() * values.length)] ?? 0;
  const estimates = Float64Array.from({ length: resamples }, () => summarise(values.map(draw))).sort();
  const sorted = [...estimates];
  return {
    estimate: summarise(values),
    low: quantileSorted(sorted, (1 - confidence) / 2),
    high: quantileSorted(sorted, (1 + confidence) / 2),
    confidence,
  };
}
