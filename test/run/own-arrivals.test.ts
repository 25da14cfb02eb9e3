import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withOwnArrivals } from '../../src/run/own-arrivals.ts';
import type { CohortPlan } from '../../src/scenario/plan.ts';
import type { RoundOrder } from '../../src/storm/order.ts';

const cohort = (changes: Partial<CohortPlan>) => ({ weight: 1, identities: 10, ...changes }) as CohortPlan;
const order = (rate: number, durationMs: number): RoundOrder => ({
  address: { host: '127.0.0.1', port: 1 },
  serverName: 'localhost',
  seed: 7,
  weights: [1, 1, 1],
  schedule: { model: 'constant-arrival-rate', rate },
  durationMs,
  maxInFlight: 10,
  attemptTimeoutMs: 1,
  gracefulStopMs: 1,
});

test('a fleet comes first, each of it once; then the load; and a trickle all the while', () => {
  const between = (from: number, to: number) => fc.integer({ min: from, max: to });
  fc.assert(
    fc.property(
      between(1, 200),
      between(1, 40),
      between(100, 3000),
      between(1, 50),
      (rate, clients, withinMs, perSecond) => {
        const durationMs = 2000;
        const played = withOwnArrivals(order(rate, durationMs), [
          cohort({ identities: clients, arrivals: { withinMs } }),
          cohort({ arrivals: { perSecond } }),
          cohort({}),
        ]);
        if (played.schedule.model !== 'trace') throw new Error('no trace');
        const { atMs, cohorts } = played.schedule;
        const timesOf = (index: number) => [...atMs].filter((_, k) => cohorts[k] === index);
        expect(played.durationMs).toBe(durationMs + withinMs);
        expect([...atMs]).toEqual([...atMs].toSorted((a, b) => a - b));
        expect(timesOf(0)).toHaveLength(clients);
        expect(Math.max(...timesOf(0))).toBeLessThan(withinMs);
        expect(timesOf(2)).toHaveLength(rate * 2);
        expect(Math.min(...timesOf(2))).toBe(withinMs);
        expect(Math.abs(timesOf(1).length - (perSecond * (durationMs + withinMs)) / 1000)).toBeLessThan(1);
      },
    ),
  );
});

test('where no cohort has its own, nothing is changed', () => {
  const plain = order(10, 1000);
  expect(withOwnArrivals(plain, [cohort({}), cohort({})])).toBe(plain);
});
