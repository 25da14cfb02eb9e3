import { latencyBoundsMs } from '../metrics/latency-bins.ts';
import type { Recording } from '../metrics/recording.ts';

/**
 * How long the slowest attempt took of those that ended while something was under way, or in the slice of the timeline after it: who was held up by
 * a list being read comes through right behind it. Upper bound of a bin, milliseconds; undefined where none ended then.
 */
export function slowestBetween(
  { intervalMs, cohorts }: Recording['timeline'],
  fromMs: number,
  toMs: number,
): number | undefined {
  const first = Math.floor(fromMs / intervalMs);
  const last = Math.floor(toMs / intervalMs) + 1;
  const bins = cohorts.flatMap(({ latency }) =>
    latency.slice(first, last + 1).map((counts) => counts.findLastIndex((count) => count > 0)),
  );
  const highest = Math.max(-1, ...bins);
  return highest < 0 ? undefined : latencyBoundsMs[highest];
}
