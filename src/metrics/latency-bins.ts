/**
 * Latencies over time: for each slice of the timeline the decided attempts that ended in it, by how long they took, in bins whose bounds grow by
 * √2. Coarse on purpose: a picture of a round, while the percentiles come from the histograms.
 */
export const latencyBins = 40;
const firstBoundMs = 0.125;
const perDoubling = 2;

/** Upper bound of each bin, milliseconds: 0.125 up to about 93 s; what takes longer is in the last. */
export const latencyBoundsMs: readonly number[] = Array.from({ length: latencyBins }, (_, bin) =>
  Number((firstBoundMs * 2 ** (bin / perDoubling)).toPrecision(4)),
);

/** The bin of a duration in milliseconds. */
export function latencyBinOf(durationMs: number): number {
  if (!(durationMs > firstBoundMs)) return 0;
  const bin = Math.ceil(perDoubling * Math.log2(durationMs / firstBoundMs));
  return bin < latencyBins ? bin : latencyBins - 1;
}
