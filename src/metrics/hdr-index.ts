/**
 * The index arithmetic of an HdrHistogram (lowest value 1, 3 significant digits) written out for integers below 2^30, so that a recorder
 * can count into shared memory with one shift. Bucket b > 0 holds the values 1024·2^b … 2048·2^b − 1 in steps of 2^b; bucket 0 holds
 * 0 … 2047 one by one. Tests hold it against hdr-histogram-js.
 */

const halfMagnitude = 10;
const buckets = 20;

/** 2^30 − 1 µs, a little under 18 minutes: what lies beyond is counted in the highest cell, its exact maximum is kept beside. */
export const highestTrackableUs = 2 ** 30 - 1;

export const histogramCells = (buckets + 1) << halfMagnitude;

/** `value`: an integer, 0 … highestTrackableUs. */
export function cellOf(value: number): number {
  const bucket = Math.max(0, 31 - halfMagnitude - Math.clz32(value));
  return (bucket << halfMagnitude) + (value >> bucket);
}

/** The lowest value that is counted in this cell. */
export function lowestValueOf(cell: number): number {
  const bucket = Math.max(0, (cell >> halfMagnitude) - 1);
  return (cell - (bucket << halfMagnitude)) << bucket;
}
