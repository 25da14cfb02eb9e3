import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedLoad } from '../../src/storm/closed-load.ts';
import { DueQueue } from '../../src/storm/due-queue.ts';
import { reconnectLoad } from '../../src/storm/reconnect-load.ts';
import { backoffPolicies, waitMs } from '../../src/storm/schedules/backoff.ts';
import { makeSchedule, type ScheduleOrder } from '../../src/storm/schedules/index.ts';
import { LimitSearch } from '../../src/storm/schedules/limit-search.ts';
import type { OpenSchedule } from '../../src/storm/schedules/schedule.ts';

function open(order: ScheduleOrder, durationMs: number): OpenSchedule {
  const schedule = makeSchedule(order, durationMs);
  if (!schedule.open) throw new Error('no open schedule');
  return schedule;
}

const never = (): number => Infinity;

describe('poisson', () => {
  it('has gaps whose mean is that of the rate, and as many short and long ones as the exponential law wants', () => {
    const { dueMs, arrivals } = open({ model: 'poisson', rate: 200, seed: 9 }, 100_000);
    expect(arrivals / 20_000).toBeGreaterThan(0.97);
    expect(arrivals / 20_000).toBeLessThan(1.03);
    const times = Array.from({ length: arrivals }, (_, k) => dueMs(k));
    const gaps = times.slice(1).map((ms, k) => ms - (times[k] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    // The coefficient of variation of the exponential distribution is 1; beyond its mean lie 1/e of it.
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    expect(gaps.filter((gap) => gap > mean).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
  });

  it('is the same for whoever asks in whatever order, and never decreases', () => {
    const order = { model: 'poisson', rate: 50, seed: 4 } as const;
    const inTurn = open(order, 10_000);
    const times = Array.from({ length: inTurn.arrivals }, (_, k) => inTurn.dueMs(k));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(fc.nat(times.length - 1)), (ks) => {
        const other = open(order, 10_000);
        for (const k of ks) expect(other.dueMs(k)).toBeCloseTo(times[k] ?? NaN, 6);
      }),
    );
    expect(inTurn.dueMs(times.length)).toBeGreaterThanOrEqual(10_000);
  });
});

describe('thundering-herd', () => {
  it('has all its clients within the spread, evenly, and no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(10_000), (clients, spreadMs) => {
        const { dueMs, arrivals } = open({ model: 'thundering-herd', clients, spreadMs }, 20_000);
        expect(arrivals).toBe(clients);
        expect(dueMs(0)).toBe(0);
        expect(dueMs(clients - 1)).toBeLessThanOrEqual(spreadMs);
        expect(dueMs(clients)).toBe(Infinity);
      }),
    );
  });
});

describe('trace', () => {
  it('plays the times that it was given, each with its cohort, as much faster as it was told', () => {
    const times = fc.array(fc.nat(100_000), { minLength: 1 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 50 }), (all, speed) => {
        const cohorts = Uint16Array.from(all, (_, k) => k % 3);
        const order = { model: 'trace', atMs: Float64Array.from(all), cohorts, speed } as const;
        const { dueMs, arrivals, cohortOf } = open(order, 1_000);
        expect(arrivals).toBe(all.filter((ms) => ms / speed < 1_000).length);
        for (const [k, ms] of all.entries()) {
          expect(dueMs(k)).toBe(ms / speed);
          expect(cohortOf?.(k)).toBe(k % 3);
        }
      }),
    );
  });

  it('out of order is refused with the place', () => {
    const order = {
      model: 'trace',
      atMs: Float64Array.of(0, 5, 4),
      cohorts: new Uint16Array(3),
      speed: 1,
    } as const;
    expect(() => makeSchedule(order, 10)).toThrow(/arrival 3 comes before/);
  });
});

describe('back-off', () => {
  const orders = fc
    .record({ policy: fc.constantFrom(...backoffPolicies), baseMs: fc.nat(5_000), more: fc.nat(60_000) })
    .map(({ policy, baseMs, more }) => ({ policy, baseMs, capMs: baseMs + more }));
  const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('waits between nothing and its cap, whatever failed however often', () => {
    fc.assert(
      fc.property(orders, fc.nat(3_000), fc.nat(100_000), draws, (order, failures, previous, draw) => {
        const ms = waitMs(order, failures, previous, draw);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(order.capMs);
        if (order.policy === 'none') expect(ms).toBe(0);
        if (order.policy === 'decorrelated-jitter') expect(ms).toBeGreaterThanOrEqual(order.baseMs);
      }),
    );
  });

  it('doubles from the base where it is exponential, and is half of that on average with full jitter', () => {
    const order = { baseMs: 100, capMs: 10_000 };
    const plain = [0, 1, 2, 6, 7, 99].map((n) => waitMs({ ...order, policy: 'exponential' }, n, 0, 0.5));
    expect(plain).toEqual([100, 200, 400, 6_400, 10_000, 10_000]);
    expect(waitMs({ ...order, policy: 'full-jitter' }, 2, 0, 0.5)).toBe(200);
    expect(waitMs({ ...order, policy: 'decorrelated-jitter' }, 0, 1_000, 0.5)).toBe(100 + 0.5 * 2_900);
  });
});

describe('the queue of who is due', () => {
  it('hands out everyone once, the earliest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), (times) => {
        const queue = new DueQueue();
        for (const [who, ms] of times.entries()) queue.add(who, ms);
        const taken: number[] = [];
        const seen = new Set<number>();
        for (let next = queue.take(); next !== undefined; next = queue.take()) {
          taken.push(next.dueMs);
          seen.add(next.who);
          expect(times[next.who]).toBe(next.dueMs);
        }
        expect(taken).toEqual([...times].sort((a, b) => a - b));
        expect(seen.size).toBe(times.length);
      }),
    );
  });
});

describe('the search for the highest rate', () => {
  it('ends around the limit, as close as it was asked to, in few steps', () => {
    const cases = fc.record({
      limit: fc.double({ min: 1, max: 50_000, noNaN: true }),
      from: fc.double({ min: 10, max: 5_000, noNaN: true }),
      precision: fc.constantFrom(0.01, 0.05, 0.2),
    });
    fc.assert(
      fc.property(cases, ({ limit, from, precision }) => {
        const search = new LimitSearch(from, 100_000, precision);
        let steps = 0;
        for (let rate = search.next; rate !== undefined; rate = search.next) {
          search.tell(rate, rate <= limit);
          expect(++steps).toBeLessThan(30);
        }
        if (search.low === 0) {
          expect(search.high).toBeLessThanOrEqual(from / 1024);
          return;
        }
        expect(search.low).toBeLessThanOrEqual(limit);
        expect(search.high).toBeGreaterThan(limit);
        expect(search.high / search.low).toBeLessThanOrEqual(1 + precision);
      }),
    );
  });

  it('says so when even the highest rate meets the objective', () => {
    const search = new LimitSearch(100, 1_000, 0.1);
    for (let rate = search.next; rate !== undefined; rate = search.next) search.tell(rate, true);
    expect([search.low, search.high]).toEqual([1_000, Infinity]);
  });
});

describe('virtual users who think', () => {
  it('wait between two attempts as long as drawn, and are never more than they are', () => {
    const schedule = makeSchedule({ model: 'constant-vus', vus: 3, thinkMs: 100 }, 10_000);
    if (!('vusAt' in schedule)) throw new Error('no closed schedule');
    let nowMs = 0;
    const started: { k: number; atMs: number }[] = [];
    const start = (k: number) => {
      started.push({ k, atMs: nowMs });
      return 'started' as const;
    };
    // e⁻¹: everyone thinks for the mean exactly.
    const load = closedLoad(
      schedule,
      10_000,
      0,
      1,
      1,
      () => 0,
      () => Math.exp(-1),
      start,
      () => nowMs,
    );
    load.tick(0);
    expect(started.map(({ k }) => k)).toEqual([0, 1, 2]);
    nowMs = 50;
    load.attemptEnded(1, true, false);
    // A session that is held keeps its user busy.
    load.attemptEnded(2, true, true);
    expect(load.nextMs()).toBeCloseTo(150, 6);
    nowMs = 140;
    load.tick(nowMs);
    expect(started).toHaveLength(3);
    nowMs = 151;
    load.tick(nowMs);
    expect(started.at(-1)).toEqual({ k: 3, atMs: 151 });
    load.sessionEnded(2, 'ended');
    nowMs = 260;
    load.tick(nowMs);
    expect(started.map(({ k }) => k)).toEqual([0, 1, 2, 3, 4]);
    load.stop();
  });
});

describe('a reconnect storm', () => {
  it('connects everyone, cuts everyone once, and brings each back as often as it takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(...backoffPolicies),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }),
        (clients, shares, policy, luck) => {
          const backoff = { policy, baseMs: 50, capMs: 400 };
          const order = { model: 'reconnect-storm', clients, spreadMs: 100, cutAtMs: 500, backoff } as const;
          const schedule = makeSchedule(order, 60_000);
          if (!('clients' in schedule)) throw new Error('no reconnect storm');
          let nowMs = 0;
          let cuts = 0;
          let turn = 0;
          const held = new Set<number>();
          const back: number[] = [];
          const loads = Array.from({ length: shares }, (_, share) => {
            const load = reconnectLoad(schedule, 60_000, share, shares, {
              now: () => nowMs,
              start(client, dueMs) {
                expect(client % shares).toBe(share);
                expect(dueMs).toBeLessThanOrEqual(nowMs);
                expect(held.has(client)).toBe(false);
                // Until the cut all goes well; then some are refused.
                const lucky = nowMs < 500 || luck[turn++ % luck.length] === true || turn > 40;
                if (lucky) held.add(client);
                load.attemptEnded(client, lucky, lucky);
                return 'started';
              },
              cut() {
                cuts++;
                for (const client of [...held].filter((one) => one % shares === share)) {
                  held.delete(client);
                  load.sessionEnded(client, 'dropped');
                }
              },
              recovered: (client, afterMs) => {
                expect(afterMs).toBeGreaterThanOrEqual(0);
                back.push(client);
              },
              draw: () => 0.5,
            });
            return load;
          });
          for (; nowMs < 499; nowMs += 7) for (const load of loads) load.tick(nowMs);
          expect(held.size).toBe(clients);
          for (; nowMs < 30_000 && back.length < clients; nowMs += 7)
            for (const load of loads) load.tick(nowMs);
          expect(cuts).toBe(shares);
          expect([...back].sort((a, b) => a - b)).toEqual(Array.from({ length: clients }, (_, c) => c));
          expect(held.size).toBe(clients);
          expect(loads.map((load) => load.nextMs())).toEqual(loads.map(never));
        },
      ),
      { numRuns: 60 },
    );
  });
});
