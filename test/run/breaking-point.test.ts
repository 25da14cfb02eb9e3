import { describe, expect, test } from 'vitest';
import { floodOf } from '../../src/report/findings/flood.ts';
import type { Result } from '../../src/result/index.ts';
import { objectiveOf, withBreakingPoints } from '../../src/run/breaking-point.ts';
import { flood } from '../fixtures/results/sessions.ts';

/** The fixture, with what a search would have found in place of a ramp. */
function searched(limits: readonly { low: number; high?: number }[]): Result {
  const base = flood(limits.length);
  const variants = base.variants.slice(0, 1).map((variant) => ({
    ...variant,
    objective: { expression: 'good.publish.p99 < 50ms', metric: 'good.publish.p99', limit: 50, unit: 'ms' },
    rounds: variant.rounds.map((round, index) => {
      const { low = 0, high } = limits[index] ?? {};
      const probes = [100, 200, 400, 800].map((rate) => ({
        rate,
        met: rate <= low,
        observed: rate / 10,
        attempts: 3 * rate,
        floodRate: rate - 10,
      }));
      return {
        ...round,
        limit: { objective: 'good.publish.p99 < 50ms', low, ...(high && { high }), probes },
      };
    }),
  }));
  return { ...base, variants };
}

describe('the breaking point in result.json', () => {
  test('of a ramp is what the report draws', () => {
    const result = flood(3);
    const curves = floodOf(result)?.curves ?? [];
    const told = withBreakingPoints(result).map(({ breakingPoint }) => breakingPoint);
    expect(told).toHaveLength(curves.length);
    const [first, second] = told;
    const [curve] = curves;
    if (curve === undefined || typeof curve.breaking === 'string') throw new Error('it breaks');
    expect(first).toMatchObject({
      how: 'ramp',
      keptUpTo: curve.breaking.low,
      missedFrom: curve.breaking.high,
    });
    expect(first?.interval).toMatchObject({ ...curve.interval, rounds: 3 });
    expect(first?.rounds).toHaveLength(3);
    expect(second?.missedFrom).toBeUndefined();
    expect(second?.keptUpTo).toBeGreaterThan(1000);
  });

  test('of a search has the rates of the flood, not those of all arrivals, and an interval over rounds', () => {
    const [variant] = withBreakingPoints(
      searched([
        { low: 200, high: 400 },
        { low: 200, high: 400 },
        { low: 400, high: 800 },
      ]),
    );
    expect(variant?.breakingPoint).toMatchObject({
      how: 'search',
      objective: 'good.publish.p99 < 50ms',
      rounds: [
        { keptUpTo: 190, missedFrom: 390 },
        { keptUpTo: 190, missedFrom: 390 },
        { keptUpTo: 390, missedFrom: 790 },
      ],
    });
    expect(variant?.breakingPoint?.interval?.low).toBeLessThan(variant?.breakingPoint?.keptUpTo ?? 0);
    expect(variant?.breakingPoint?.interval?.high).toBeGreaterThan(
      variant?.breakingPoint?.missedFrom ?? Infinity,
    );
  });

  test('is none of the rates where all were borne, or the lowest was too much', () => {
    const [bore] = withBreakingPoints(searched([{ low: 800 }]));
    expect(bore?.breakingPoint).toMatchObject({ keptUpTo: 790, rounds: [{ keptUpTo: 790 }] });
    expect(bore?.breakingPoint).not.toHaveProperty('missedFrom');
    const [broke] = withBreakingPoints(searched([{ low: 0, high: 100 }]));
    expect(broke?.breakingPoint).toMatchObject({ missedFrom: 90 });
    expect(broke?.breakingPoint).not.toHaveProperty('keptUpTo');
  });
});

test('an objective is taken apart, in milliseconds', () => {
  expect(objectiveOf('victims.publish.p(99) < 0.1s')).toEqual({
    expression: 'victims.publish.p(99) < 0.1s',
    metric: 'victims.publish.p99',
    limit: 100,
    unit: 'ms',
  });
  expect(objectiveOf(undefined)).toBeUndefined();
});
