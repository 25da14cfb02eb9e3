import type { RoundResult } from '../../result/index.ts';

/** Counts of attempts by how long they took: `counts[i]` took up to `boundsMs[i]`, and more than the bound before it. */
export type Bins = { boundsMs: readonly number[]; counts: number[] };

/**
 * The counts of each slice of a round, of attempts or of publishes with QoS 1, summed over the cohorts of these names; null where the
 * result has none by time.
 */
export function latencySlices(
  { timeline }: RoundResult,
  names?: ReadonlySet<string>,
  of: 'latency' | 'publish' = 'latency',
): Bins[] | null {
  const latency = timeline[of];
  if (latency === undefined) return null;
  const { boundsMs } = latency;
  const all: Bins[] = [];
  for (const { name, counts } of latency.cohorts) {
    if (names !== undefined && !names.has(name)) continue;
    for (const [slice, text] of counts.split(';').entries()) {
      const bins = all[slice] ?? { boundsMs, counts: [] };
      all[slice] = bins;
      for (const pair of text.split(' ')) {
        const [bin, value] = pair.split(':').map(Number);
        if (bin === undefined || value === undefined || !(bin >= 0 && bin < boundsMs.length) || !(value > 0))
          continue;
        bins.counts[bin] = (bins.counts[bin] ?? 0) + value;
      }
    }
  }
  return Array.from(all, (bins) => bins ?? { boundsMs, counts: [] });
}

/** The slices of several rounds that begin within a stretch of time, added up; null where a round has no latencies by time. */
export function binsBetween(
  parts: readonly { round: RoundResult; range: readonly [number, number] }[],
  names?: ReadonlySet<string>,
): Bins | null {
  let total: Bins | null = null;
  for (const { round, range } of parts) {
    const slices = latencySlices(round, names);
    if (slices === null) return null;
    for (const [i, { boundsMs, counts }] of slices.entries()) {
      const atMs = i * round.timeline.intervalMs;
      if (atMs < range[0] || atMs >= range[1]) continue;
      total ??= { boundsMs, counts: [] };
      for (const [bin, value] of counts.entries())
        total.counts[bin] = (total.counts[bin] ?? 0) + (value ?? 0);
    }
  }
  return total;
}

/** A quantile as far as bins can tell: on the logarithmic scale between the bounds of the bin that it falls into. */
export function quantileOfBins(bins: Bins | null, share: number): number | null {
  const total = bins === null ? 0 : bins.counts.reduce((a, b) => a + (b ?? 0), 0);
  if (bins === null || total === 0) return null;
  let below = 0;
  for (const [bin, value = 0] of bins.counts.entries()) {
    if (value > 0 && below + value >= share * total) {
      const high = bins.boundsMs[bin] ?? 0;
      const low = bins.boundsMs[bin - 1] ?? high / 2;
      return low * (high / low) ** Math.max(0, (share * total - below) / value);
    }
    below += value;
  }
  return bins.boundsMs[bins.counts.length - 1] ?? null;
}
