import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { type Axis, ninesAxis } from './axis.ts';
import type { Point } from './panel.ts';

/** A quantile function: at this share of the attempts, this many milliseconds. */
export type Quantiles = { count: number; at(share: number): number };

/** A real histogram of 3 digits is below 20 kB; what is larger than this is none, and is not unpacked. */
const largest = 256 * 1024;

/**
 * Unpacks a histogram of a result.
 *
 * @returns null for a text that is no histogram; the page then says that this curve is missing.
 */
export function readHistogram(base64: string): Quantiles | null {
  if (base64.length > largest) return null;
  const histogram = decode(base64);
  if (histogram === null || histogram.totalCount === 0) return null;
  return { count: histogram.totalCount, at: (share) => histogram.getValueAtPercentile(share * 100) / 1000 };
}

function decode(base64: string): Histogram | null {
  try {
    return decodeFromCompressedBase64(base64);
  } catch {
    // The library has no error of its own: whatever it throws here means that the text is no histogram.
    return null;
  }
}

/** Value over percentile, up to the last one that this many attempts can tell. */
export function percentileCurve(quantiles: Quantiles, x: ReturnType<typeof ninesAxis>, y: Axis): Point[] {
  const { nines } = ninesAxis(quantiles.count);
  const steps = Math.ceil(nines * 10);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const share = 1 - 10 ** -((i * nines) / steps);
    return [x.position(share), y.position(quantiles.at(share))] as const;
  });
}

/** Share of attempts over value. */
export function cumulativeCurve(quantiles: Quantiles, x: Axis, y: Axis): Point[] {
  return ecdfShares.map((share) => [x.position(quantiles.at(share)), y.position(share)] as const);
}

const ecdfShares: readonly number[] = [
  0,
  0.005,
  ...Array.from({ length: 49 }, (_, i) => (i + 1) / 50),
  0.99,
  0.995,
  0.999,
  1,
];
