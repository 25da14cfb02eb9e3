import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  calibrate,
  calibrationNames,
  meanInterval,
  pairedRatio,
  roundsToDecide,
  seededRandom,
  twoSidedT,
  wilson,
} from '../../src/stats/index.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const rounds = (min: number) =>
  fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: min, maxLength: 30 });

/** Standard normal draws from a seed. */
function normal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe("Student's t", () => {
  it.each([
    [1, 0.95, 12.7062],
    [2, 0.95, 4.3027],
    [4, 0.9, 2.1318],
    [9, 0.95, 2.2622],
    [30, 0.99, 2.75],
    [120, 0.95, 1.9799],
    [1e6, 0.95, 1.96],
  ])('for %d degrees and %d is the published %d', (degrees, confidence, published) => {
    expect(twoSidedT(degrees, confidence)).toBeCloseTo(published, 3);
  });

  it('refuses what is no confidence or no degree of freedom', () => {
    expect(() => twoSidedT(5, 1)).toThrow(RangeError);
    expect(() => twoSidedT(0, 0.95)).toThrow(RangeError);
  });
});

describe('the interval of a mean', () => {
  it('needs two rounds', () => {
    expect(meanInterval([])).toBeNull();
    expect(meanInterval([3])).toBeNull();
  });

  it('holds the mean, and is wider at a higher confidence', () => {
    fc.assert(
      fc.property(rounds(2), (values) => {
        const narrow = meanInterval(values, 0.9);
        const wide = meanInterval(values, 0.99);
        if (narrow === null || wide === null) return false;
        const slack = 1e-9 * (1 + Math.abs(narrow.estimate));
        return (
          narrow.low <= narrow.estimate + slack &&
          narrow.estimate <= narrow.high + slack &&
          wide.low <= narrow.low + slack &&
          wide.high >= narrow.high - slack
        );
      }),
    );
  });

  it('holds the true mean about as often as it says', () => {
    const draw = normal(11);
    const runs = 2000;
    let held = 0;
    for (let run = 0; run < runs; run += 1) {
      const interval = meanInterval(Array.from({ length: 4 }, () => 10 + draw()));
      if (interval !== null && interval.low <= 10 && interval.high >= 10) held += 1;
    }
    expect(held / runs).toBeGreaterThan(0.935);
    expect(held / runs).toBeLessThan(0.965);
  });
});

describe("Wilson's interval", () => {
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [2, 1204, 0.000456, 0.006036],
    [81, 263, 0.2553, 0.3662],
  ])('of %d in %d is the published one', (successes, trials, low, high) => {
    const interval = wilson(successes, trials);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it('stays within 0 and 1, holds the estimate, and mirrors itself', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (a, b) => {
        const [successes, trials] = [Math.min(a, b), Math.max(a, b, 1)];
        const interval = wilson(successes, trials);
        const mirror = wilson(trials - successes, trials);
        if (interval === null || mirror === null) return false;
        return (
          interval.low >= 0 &&
          interval.high <= 1 &&
          interval.low <= interval.estimate + 1e-12 &&
          interval.estimate <= interval.high + 1e-12 &&
          Math.abs(interval.low - (1 - mirror.high)) < 1e-9
        );
      }),
    );
  });

  it('says nothing of no trials, and refuses more successes than trials', () => {
    expect(wilson(0, 0)).toBeNull();
    expect(() => wilson(2, 1)).toThrow(RangeError);
  });
});

describe('the bootstrap interval', () => {
  it('is the same for the same seed, and lies within the values', () => {
    fc.assert(
      fc.property(rounds(2), fc.nat(), (values, seed) => {
        const one = bootstrapInterval(values, mean, { resamples: 200, seed });
        const two = bootstrapInterval(values, mean, { resamples: 200, seed });
        expect(one).toEqual(two);
        if (one === null) return false;
        const slack = 1e-9 * Math.max(...values);
        return (
          one.low <= one.high &&
          one.low >= Math.min(...values) - slack &&
          one.high <= Math.max(...values) + slack
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('the ratio of two variants', () => {
  it('of a variant with itself is 1, whatever the rounds', () => {
    fc.assert(
      fc.property(rounds(2), (values) => {
        const ratio = pairedRatio(values, values);
        return (
          ratio !== null && Math.abs(ratio.estimate - 1) < 1e-9 && Math.abs(ratio.high - ratio.low) < 1e-9
        );
      }),
    );
  });

  it('turns over when baseline and candidate change places', () => {
    fc.assert(
      fc.property(rounds(3), rounds(3), (a, b) => {
        const [forth, back] = [pairedRatio(a, b), pairedRatio(b, a)];
        return forth !== null && back !== null && Math.abs(forth.estimate * back.estimate - 1) < 1e-9;
      }),
    );
  });

  it('cancels a drift that both share', () => {
    const drift = [1, 1.4, 0.8, 2.2];
    const ratio = pairedRatio(
      drift,
      drift.map((value) => value * 1.1),
    );
    expect(ratio?.estimate).toBeCloseTo(1.1, 9);
    expect(ratio?.low).toBeCloseTo(1.1, 9);
  });

  it('is not said for one pair, nor for a figure of 0', () => {
    expect(pairedRatio([1], [2])).toBeNull();
    expect(pairedRatio([1, 0], [2, 3])).toBeNull();
  });

  it('is decided by about as many rounds as it says', () => {
    const draw = normal(3);
    const pairs = Array.from({ length: 40 }, () => [1 + 0.05 * draw(), 1.05 * (1 + 0.05 * draw())] as const);
    const [base, candidate] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
    const rounds = roundsToDecide(base.slice(0, 12), candidate.slice(0, 12)) ?? 0;
    expect(rounds).toBeGreaterThan(4);
    expect(rounds).toBeLessThan(60);
    expect(pairedRatio(base, candidate)?.low).toBeGreaterThan(1);
  });

  it('has no number of rounds where there is no difference to find', () => {
    expect(roundsToDecide([1, 1, 1], [1, 1, 1])).toBeNull();
    expect(roundsToDecide([1], [2])).toBeNull();
  });
});

describe('the calibration', () => {
  it('measures each of its operations, in microseconds', async () => {
    const figures = await calibrate();
    expect(Object.keys(figures).sort()).toEqual([...calibrationNames.keys()].sort());
    for (const value of Object.values(figures)) {
      expect(value).toBeGreaterThan(0.1);
      expect(value).toBeLessThan(100_000);
    }
    // Verifying is dearer than signing on every machine, which a unit mixed up between the two would not show.
    expect(figures.p256Verify).toBeGreaterThan(figures.p256Sign ?? Number.POSITIVE_INFINITY);
  });
});
