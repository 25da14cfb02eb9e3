import fc from 'fast-check';
import { build, type JsHistogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { cellOf, highestTrackableUs, histogramCells, lowestValueOf } from '../../src/metrics/hdr-index.ts';

const reference = build({
  bitBucketSize: 32,
  autoResize: false,
  lowestDiscernibleValue: 1,
  highestTrackableValue: highestTrackableUs,
  numberOfSignificantValueDigits: 3,
}) as unknown as JsHistogram;

const values = fc.oneof(
  fc.integer({ min: 0, max: highestTrackableUs }),
  fc.integer({ min: 0, max: 5_000 }),
  // The edges of the buckets, and their neighbours.
  fc
    .tuple(fc.integer({ min: 0, max: 29 }), fc.integer({ min: -2, max: 2 }))
    .map(([power, by]) => Math.max(0, 2 ** power + by)),
);

describe('the recorder counts into the cells of an HdrHistogram', () => {
  it('finds the cell that hdr-histogram-js finds', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(cellOf(value)).toBe(reference.countsArrayIndex(value));
        expect(lowestValueOf(cellOf(value))).toBe(reference.lowestEquivalentValue(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives every cell a lowest value that falls into the same cell', () => {
    for (let cell = 0; cell < histogramCells; cell++) expect(cellOf(lowestValueOf(cell))).toBe(cell);
  });

  it('has a cell for every value up to the highest', () => {
    expect(reference.countsArrayLength).toBe(histogramCells);
    expect(cellOf(highestTrackableUs)).toBe(histogramCells - 1);
  });

  it('keeps three significant digits', () => {
    fc.assert(
      fc.property(values, (value) => {
        const lowest = lowestValueOf(cellOf(value));
        expect(value - lowest).toBeLessThanOrEqual(value / 1000);
      }),
    );
  });
});
