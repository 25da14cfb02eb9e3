import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeKinds } from '../../src/metrics/outcome.ts';
import type { LiveCohort } from '../../src/metrics/read-live.ts';
import { askedRate } from '../../src/run/asked-rate.ts';
import { LiveFigures } from '../../src/run/live-round.ts';
import { sparingly } from '../../src/run/sparingly.ts';
import { TimeLeft } from '../../src/run/time-left.ts';
import type { CohortPlan } from '../../src/scenario/plan.ts';
import type { RoundOrder } from '../../src/storm/order.ts';

const order = (schedule: RoundOrder['schedule'], durationMs = 10_000) =>
  ({ schedule, durationMs }) as RoundOrder;

describe('the rate that is asked for', () => {
  it('is the constant rate at every moment, and nothing before the first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1_000, max: 20_000 }),
        (rate, atMs) => {
          const asked = askedRate(order({ model: 'constant-arrival-rate', rate }))(atMs) ?? Number.NaN;
          expect(Math.abs(asked - rate)).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(askedRate(order({ model: 'constant-arrival-rate', rate: 100 }))(0)).toBe(0);
  });

  it('follows a ramp a second behind, and is none where users and not arrivals are asked for', () => {
    const ramp = askedRate(
      order({ model: 'ramping-arrival-rate', rate: 0, stages: [{ durationMs: 10_000, target: 100 }] }),
    );
    expect(ramp(2_000)).toBeCloseTo(15, -1);
    expect(ramp(9_000)).toBeCloseTo(85, -1);
    expect(askedRate(order({ model: 'constant-vus', vus: 4 }))(5_000)).toBeNull();
  });
});

const cohort = (outcomes: Partial<LiveCohort['outcomes']>): LiveCohort => ({
  started: 10,
  outcomes: {
    ...(Object.fromEntries(outcomeKinds.map((kind) => [kind, 0])) as LiveCohort['outcomes']),
    ...outcomes,
  },
  authenticated: null,
  rejected: null,
});
const plan = (outcome: string) => ({ name: outcome, expect: { outcome } }) as CohortPlan;
const progress = (elapsedMs: number, started: number) => ({
  elapsedMs,
  started,
  finished: started,
  inFlight: 0,
  missedArrivals: 0,
});

describe('the figures of a round that goes on', () => {
  it('count false verdicts by what was expected of the cohort', () => {
    const plans = ['accept', 'reject', 'reject-at-tls', 'reject-at-connect', 'accept-until-revoked'].map(
      plan,
    );
    const seen = plans.map(() => cohort({ accepted: 3, 'tls-alert': 2, 'connack-refused': 1, timeout: 4 }));
    const { cohorts } = new LiveFigures(plans, () => null).read(progress(1_000, 50), seen, []);
    expect(cohorts.map(({ falseAccepts, falseRejects }) => [falseAccepts, falseRejects])).toEqual([
      [0, 3],
      [3, 0],
      [3, 1],
      [3, 2],
      [0, 0],
    ]);
  });

  it('tell the rate and the CPU of the last second, not of the whole round', () => {
    const figures = new LiveFigures([], () => 7);
    for (let tick = 1; tick <= 8; tick++) figures.read(progress(tick * 250, tick * 10), [], []);
    const samples = [0, 1, 2, 3, 4].map((s) => ({
      atMs: s * 1_000,
      cpuMs: s < 3 ? 0 : (s - 2) * 500,
      rssMiB: 40 + s,
    }));
    const last = figures.read(progress(3_000, 280), [], samples);
    expect(last).toMatchObject({ askedPerSecond: 7, achievedPerSecond: 200 });
    expect(last.target).toEqual({ corePercent: 50, rssMiB: 44 });
  });
});

describe('what is told of a run', () => {
  it('takes a hundredth of the time at most, however dear it is, and its end is told in any case', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 40, noNaN: true }), (costMs) => {
        let now = 0;
        let spent = 0;
        const tell = sparingly(
          () => {
            now += costMs;
            spent += costMs;
          },
          () => now,
        );
        for (let tick = 0; tick < 400; tick++) {
          tell();
          now += 250;
        }
        // The first time, nobody knows yet what it costs.
        expect(spent).toBeLessThanOrEqual(0.01 * now + 2 * costMs);
        const before = spent;
        tell(true);
        expect(spent).toBe(before + costMs);
      }),
    );
  });

  it('is told at each tick where that costs next to nothing', () => {
    let told = 0;
    let now = 0;
    const tell = sparingly(
      () => {
        told++;
      },
      () => now,
    );
    for (let tick = 0; tick < 40; tick++) {
      tell();
      now += 250;
    }
    expect(told).toBe(40);
  });
});

describe('the time left', () => {
  it('goes by the plan in the first round, and by how long rounds took after that', () => {
    let now = 0;
    const left = new TimeLeft([10_000, 10_000, 10_000], Number.POSITIVE_INFINITY, () => now);
    left.roundBegins();
    now = 4_000;
    expect(left.leftMs(0, 6_000)).toBe(26_000);
    now = 15_000;
    left.roundBegins();
    expect(left.leftMs(1, 10_000)).toBe(25_000);
  });

  it('is no more than what is left of the budget, and no less than what is left of the round', () => {
    let now = 0;
    const left = new TimeLeft(
      Array.from({ length: 100 }, () => 10_000),
      60_000,
      () => now,
    );
    left.roundBegins();
    now = 20_000;
    expect(left.leftMs(2, 5_000)).toBe(40_000);
    now = 59_000;
    expect(left.leftMs(6, 5_000)).toBe(5_000);
  });
});
