import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearAxis, logAxis, ninesAxis } from '../../src/report/html/charts/axis.ts';
import { spread } from '../../src/report/html/charts/end-labels.ts';
import { seriesStyle } from '../../src/report/html/charts/series.ts';

const positive = fc.double({ min: 1e-4, max: 1e6, noNaN: true });

describe('a logarithmic axis', () => {
  it('has 1-2-5 ticks in order, a few of them, and holds every value', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 20 }), (values) => {
        const axis = logAxis('ms', values);
        const ticks = axis.ticks.map(({ label }) => Number(label.replaceAll('\u202f', '')));
        for (const tick of ticks) expect(tick.toExponential()).toMatch(/^[125]e/);
        expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (const value of values) {
          expect(axis.position(value)).toBeGreaterThanOrEqual(0);
          expect(axis.position(value)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('keeps the order of values', () => {
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const axis = logAxis('ms', [a, b]);
        return a <= b ? axis.position(a) <= axis.position(b) : axis.position(a) >= axis.position(b);
      }),
    );
  });

  it('can be drawn of nothing', () => {
    expect(logAxis('ms', []).ticks.length).toBeGreaterThanOrEqual(2);
    expect(logAxis('ms', [0, -1, Number.NaN]).position(0)).toBe(0);
  });
});

describe('a linear axis', () => {
  it('begins at 0 and ends at a tick that no value exceeds', () => {
    fc.assert(
      fc.property(positive, (max) => {
        const axis = linearAxis('ms', max);
        expect(axis.position(0)).toBe(0);
        expect(axis.position(max)).toBeLessThanOrEqual(1);
        expect(axis.ticks.at(-1)?.at).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('the axis of nines', () => {
  it('gives each nine the same room', () => {
    const axis = ninesAxis(10_000);
    const [p90, p99, p999] = [0.9, 0.99, 0.999].map(axis.position);
    expect((p99 ?? 0) - (p90 ?? 0)).toBeCloseTo(0.25, 9);
    expect((p999 ?? 0) - (p99 ?? 0)).toBeCloseTo(0.25, 9);
  });

  it('ends where the attempts can tell no more', () => {
    expect(ninesAxis(100).ticks.map(({ label }) => label)).toEqual(['', 'p50', 'p90', 'p99']);
    expect(ninesAxis(99).ticks.map(({ label }) => label)).toEqual(['', 'p50', 'p90']);
  });
});

describe('labels at the ends of lines', () => {
  it('never lie on one another, and keep their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 170, noNaN: true }), { minLength: 1, maxLength: 5 }),
        (heights) => {
          const placed = spread(
            heights.toSorted((a, b) => a - b).map((y) => ({ y })),
            170,
          );
          placed.slice(1).forEach(({ y }, i) => {
            expect(y - (placed[i]?.y ?? 0)).toBeGreaterThanOrEqual(14.999);
          });
        },
      ),
    );
  });
});

describe('series', () => {
  it('of one panel differ in colour, dash and marker', () => {
    const styles = [0, 1, 2, 3, 4].map(seriesStyle);
    expect(new Set(styles.flatMap(({ className }) => className.split(' '))).size).toBe(10);
    expect(new Set(styles.map(({ marker }) => marker)).size).toBe(5);
  });

  it('up to the fifteenth are no two the same', () => {
    const styles = Array.from({ length: 15 }, (_, i) => JSON.stringify(seriesStyle(i)));
    expect(new Set(styles).size).toBe(15);
  });
});
