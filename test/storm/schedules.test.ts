import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSchedule, type ScheduleOrder } from '../../src/storm/schedules/index.ts';
import type { OpenSchedule } from '../../src/storm/schedules/schedule.ts';
import { StormError } from '../../src/storm/storm-error.ts';

const rates = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.double({ min: 0, max: 5_000, noNaN: true }));
const durations = fc.integer({ min: 0, max: 20_000 });
const stages = fc.array(
  fc.record({ durationMs: fc.integer({ min: 0, max: 5_000 }), target: fc.integer({ min: 0, max: 1_000 }) }),
  { maxLength: 5 },
);

function open(order: ScheduleOrder, durationMs: number): OpenSchedule {
  const schedule = makeSchedule(order, durationMs);
  if (!schedule.open) throw new Error('a closed schedule');
  return schedule;
}

describe('constant-arrival-rate', () => {
  it('spaces arrivals evenly, the first at once, all of them within the window', () => {
    fc.assert(
      fc.property(rates, durations, (rate, durationMs) => {
        const { arrivals, dueMs } = open({ model: 'constant-arrival-rate', rate }, durationMs);
        expect(Math.abs(arrivals - (rate * durationMs) / 1000)).toBeLessThanOrEqual(1);
        if (arrivals > 0) {
          expect(dueMs(0)).toBe(0);
          expect(dueMs(arrivals - 1)).toBeLessThan(durationMs);
        }
        expect(dueMs(arrivals)).toBeGreaterThanOrEqual(durationMs);
      }),
    );
  });

  it('gives 400 arrivals a second exactly 2,000 in five', () => {
    expect(open({ model: 'constant-arrival-rate', rate: 400 }, 5_000).arrivals).toBe(2_000);
  });
});

describe('ramping-arrival-rate', () => {
  it('with one level is constant-arrival-rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), durations, fc.nat(10_000), (rate, durationMs, k) => {
        const constant = open({ model: 'constant-arrival-rate', rate }, durationMs);
        const level = [{ durationMs, target: rate }];
        const ramp = open({ model: 'ramping-arrival-rate', rate, stages: level }, durationMs);
        expect(ramp.dueMs(k)).toBeCloseTo(constant.dueMs(k), 6);
        expect(Math.abs(ramp.arrivals - constant.arrivals)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('has as many arrivals as the area under its rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), stages, (rate, ramp) => {
        const durationMs = ramp.reduce((sum, stage) => sum + stage.durationMs, 0);
        let area = 0;
        let from = rate;
        for (const stage of ramp) {
          area += (((from + stage.target) / 2) * stage.durationMs) / 1000;
          from = stage.target;
        }
        const { arrivals } = open({ model: 'ramping-arrival-rate', rate, stages: ramp }, durationMs);
        expect(Math.abs(arrivals - area)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('inverts the integral of the rate exactly, and never goes back in time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), stages, fc.nat(5_000), (rate, ramp, k) => {
        const { dueMs } = open({ model: 'ramping-arrival-rate', rate, stages: ramp }, 30_000);
        const at = dueMs(k);
        expect(dueMs(k + 1)).toBeGreaterThanOrEqual(at);
        if (at === Infinity) return;
        // The integral up to the arrival, summed by trapezoids between the corners of the curve.
        let [area, from, start] = [0, rate, 0];
        for (const stage of [...ramp, { durationMs: Infinity, target: Number.NaN }]) {
          const end = Math.min(at, start + stage.durationMs);
          const to =
            stage.durationMs === Infinity
              ? from
              : from + ((stage.target - from) * (end - start)) / stage.durationMs;
          if (end > start) area += ((from + to) / 2) * (end - start);
          start += stage.durationMs;
          if (start >= at) break;
          from = stage.target;
        }
        expect(area / 1000).toBeCloseTo(k, 6);
      }),
    );
  });

  it('waits out a stage without arrivals', () => {
    const ramp = [
      { durationMs: 1_000, target: 0 },
      { durationMs: 1_000, target: 10 },
    ];
    const { dueMs, arrivals } = open({ model: 'ramping-arrival-rate', rate: 0, stages: ramp }, 2_000);
    expect(dueMs(0)).toBe(1_000);
    expect(arrivals).toBe(5);
  });
});

describe('virtual users', () => {
  it('are constant where they are meant to be', () => {
    const schedule = makeSchedule({ model: 'constant-vus', vus: 7 }, 1_000);
    expect(schedule.open).toBe(false);
    expect('vusAt' in schedule && [0, 500, 999].map(schedule.vusAt)).toEqual([7, 7, 7]);
  });

  it('ramp linearly, touching each target at the end of its stage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), stages, (vus, ramp) => {
        const schedule = makeSchedule({ model: 'ramping-vus', vus, stages: ramp }, 30_000);
        if (!('vusAt' in schedule)) throw new Error('no closed schedule');
        let at = 0;
        for (const [index, { durationMs, target }] of ramp.entries()) {
          at += durationMs;
          const last = ramp.findLastIndex((_, later) => later <= index || ramp[later]?.durationMs === 0);
          if (last === index) expect(schedule.vusAt(at)).toBe(target);
        }
      }),
    );
  });
});

describe('an order that cannot be kept', () => {
  it.each<[string, ScheduleOrder]>([
    ['a negative rate', { model: 'constant-arrival-rate', rate: -1 }],
    ['an endless rate', { model: 'constant-arrival-rate', rate: Infinity }],
    ['half a number of users', { model: 'constant-vus', vus: Number.NaN }],
    [
      'a stage that runs backwards',
      { model: 'ramping-vus', vus: 1, stages: [{ durationMs: -5, target: 2 }] },
    ],
  ])('%s is refused with a sentence', (_, order) => {
    expect(() => makeSchedule(order, 1_000)).toThrow(StormError);
    expect(() => makeSchedule(order, 1_000)).toThrow(/must be 0 or more/);
  });

  it('an unknown model names the known ones', () => {
    const order = { model: 'sawtooth', rate: 1 } as unknown as ScheduleOrder;
    expect(() => makeSchedule(order, 1_000)).toThrow(
      /constant-arrival-rate, ramping-arrival-rate, .*constant-vus/,
    );
  });
});
