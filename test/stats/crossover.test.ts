import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CostPair, changePoints, crossover, seededRandom } from '../../src/stats/index.ts';

const sizes = [0, 1000, 10_000, 100_000];
/** The baseline grows as a power of the size, the candidate is flat: they cross at a size that can be worked out by hand. */
const pairsOf = (crossing: number, noise: () => number, rounds: number, slope = 0.5): CostPair[] =>
  sizes.slice(1).map((size) => ({
    size,
    baseline: Array.from({ length: rounds }, () => 2 * (size / crossing) ** slope * Math.exp(noise())),
    candidate: Array.from({ length: rounds }, () => 2 * Math.exp(noise())),
  }));
const quiet = () => 0;
const noisy = (seed: number, sd: number) => {
  const uniform = seededRandom(seed);
  return () => sd * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
};

describe('the crossover of two costs', () => {
  it('of two power laws is where they cross', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1100, max: 90_000, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (x, slope) => {
          const found = crossover(pairsOf(x, quiet, 3, slope));
          expect(found?.kind).toBe('at');
          if (found?.kind === 'at') {
            expect(found.size / x).toBeCloseTo(1, 6);
            expect((found.low ?? 0) / x).toBeCloseTo(1, 6);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('between none and the first size lies on the straight line between them', () => {
    const pair = (size: number, ratio: number) => ({ size, baseline: [ratio], candidate: [1] });
    const found = crossover([pair(0, Math.exp(-1)), pair(1000, Math.exp(3)), pair(10_000, Math.exp(4))]);
    expect(found).toEqual({ kind: 'at', size: 250, low: null, high: null, confidence: 0.95 });
  });

  it('has bounds that hold the truth at least nine times in ten, with three rounds and with ten', () => {
    for (const rounds of [3, 10]) {
      const held = Array.from({ length: 150 }, (_, i) => {
        const found = crossover(pairsOf(8000, noisy(i + 1, 0.05), rounds), { resamples: 300 });
        return found?.kind === 'at' && (found.low ?? 0) <= 8000 && (found.high ?? 0) >= 8000;
      }).filter(Boolean).length;
      expect(held).toBeGreaterThanOrEqual(135);
    }
  });

  it('is none where the candidate is dearer, or cheaper, all along', () => {
    const flat = (ratio: number) =>
      sizes.map((size) => ({ size, baseline: [ratio, ratio * 1.01], candidate: [1, 1] }));
    expect(crossover(flat(0.5))).toEqual({ kind: 'never', agreement: 1 });
    expect(crossover(flat(2))).toEqual({ kind: 'always', agreement: 1 });
  });

  it('counts the last change only: a candidate that is cheaper and then dearer again has none', () => {
    const at = (size: number, ratio: number) => ({ size, baseline: [ratio], candidate: [1] });
    expect(crossover([at(1, 2), at(10, 3), at(100, 0.5)])).toEqual({ kind: 'never', agreement: null });
  });

  it('has no upper bound where the largest size may be too small', () => {
    const found = crossover(pairsOf(95_000, noisy(3, 0.2), 4));
    if (found?.kind !== 'at') throw new Error(`found ${found?.kind}`);
    expect(found.high).toBe(Number.POSITIVE_INFINITY);
  });

  it('is not asked of one size, or of costs that are none', () => {
    expect(crossover([{ size: 1, baseline: [1], candidate: [2] }])).toBeNull();
    expect(crossover(sizes.map((size) => ({ size, baseline: [0], candidate: [1] })))).toBeNull();
  });
});

describe('change points of a series', () => {
  const series = (levels: readonly number[], seed: number) => {
    const noise = noisy(seed, 0.03);
    return levels.flatMap((level) => Array.from({ length: 12 }, () => level * Math.exp(noise())));
  };

  it('are found where the level changes', () => {
    const found = changePoints(series([1, 1.2, 0.9], 5));
    expect(found.map(({ index }) => index)).toEqual([12, 24]);
    expect(found[0]?.after).toBeCloseTo(1.2, 1);
  });

  it('are seldom seen where there is none, and never in one disturbed run', () => {
    const alarms = Array.from({ length: 60 }, (_, i) =>
      changePoints(series([1, 1], 100 + i), { permutations: 199 }),
    );
    expect(alarms.filter((found) => found.length > 0).length).toBeLessThanOrEqual(4);
    const disturbed = series([1, 1], 7).map((value, i) => (i === 9 ? value * 5 : value));
    expect(changePoints(disturbed)).toEqual([]);
    expect(changePoints([1, 2, 3])).toEqual([]);
  });
});
