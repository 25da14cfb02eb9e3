import { describe, expect, it } from 'vitest';
import { askedRate } from '../../src/report/findings/asked-rate.ts';
import type { Result } from '../../src/result/index.ts';

const of = (load: object, cohorts: object[] = [{ name: 'good' }]) =>
  ({ scenario: { name: 's', description: '', seed: 1, variants: [{ name: 'v', load, cohorts }] } }) as Pick<
    Result,
    'scenario'
  >;
const rate = (load: object, limit?: { low: number; high: number | null }) =>
  askedRate(of(load), 'v', limit === undefined ? {} : ({ limit } as Parameters<typeof askedRate>[2]));

describe('the rate that a plan asks for', () => {
  it('is level, or follows the stages, and ends with the window', () => {
    const level = rate({ model: 'constant-arrival-rate', rate: 200, durationMs: 4_000 });
    expect([level?.(0), level?.(3.9), level?.(4)]).toEqual([200, 200, 0]);
    const stages = [
      { durationMs: 2_000, target: 100 },
      { durationMs: 1_000, target: 100 },
      { durationMs: 1_000, target: 0 },
    ];
    const ramp = rate({ model: 'ramping-arrival-rate', rate: 0, durationMs: 4_000, stages });
    expect([0, 1, 2.5, 3.5, 4].map((atS) => ramp?.(atS))).toEqual([0, 50, 100, 50, 0]);
  });

  it('is the one that held, where one was searched for', () => {
    const load = { model: 'find-limit', rate: 100, durationMs: 1_000 };
    expect(rate(load, { low: 640, high: 700 })?.(0.5)).toBe(640);
    expect(rate(load)).toBeNull();
  });

  it('is none for users, for cohorts with arrivals of their own, and for a plan that does not tell', () => {
    expect(rate({ model: 'constant-vus', rate: 0, durationMs: 1_000 })).toBeNull();
    const load = { model: 'poisson', rate: 10, durationMs: 1_000 };
    expect(askedRate(of(load, [{ arrivals: { perSecond: 5 } }]), 'v', {})).toBeNull();
    expect(askedRate(of(load), 'another', {})).toBeNull();
    for (const plan of [
      {},
      { rate: 'much' },
      { model: 'ramping-arrival-rate', rate: 1, durationMs: 1, stages: [7] },
    ])
      expect(rate(plan)).toBeNull();
  });
});
