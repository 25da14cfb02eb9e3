import type { CohortPlan } from '../scenario/plan.ts';
import { drawAt, weightedPick } from '../storm/draw.ts';
import type { RoundOrder } from '../storm/order.ts';
import { makeSchedule } from '../storm/schedules/index.ts';

/**
 * The order with the arrivals of cohorts that have their own laid beside those of the load, which begin when whoever is to be there
 * already has connected: the window is as much longer. Unchanged where no cohort has its own.
 */
export function withOwnArrivals(order: RoundOrder, cohorts: readonly CohortPlan[]): RoundOrder {
  if (cohorts.every(({ arrivals }) => arrivals === undefined)) return order;
  const schedule = makeSchedule(order.schedule, order.durationMs);
  if (!schedule.open) throw new RangeError('only beside a schedule of arrivals a cohort has its own');
  const leadMs = leadOf(cohorts);
  const durationMs = leadMs + order.durationMs;
  const pick = weightedPick(cohorts.map(({ arrivals, weight }) => (arrivals === undefined ? weight : 0)));
  const all: { atMs: number; cohort: number }[] = [];
  for (let k = 0; k < schedule.arrivals; k++) {
    const cohort = schedule.cohortOf?.(k) ?? pick(drawAt(order.seed, k));
    all.push({ atMs: leadMs + schedule.dueMs(k), cohort });
  }
  for (const [cohort, { arrivals, identities }] of cohorts.entries()) {
    if (arrivals === undefined) continue;
    const everyMs = 'withinMs' in arrivals ? arrivals.withinMs / identities : 1000 / arrivals.perSecond;
    const count = 'withinMs' in arrivals ? identities : Math.ceil(durationMs / everyMs);
    for (let k = 0; k < count; k++) all.push({ atMs: k * everyMs, cohort });
  }
  all.sort((one, other) => one.atMs - other.atMs);
  return {
    ...order,
    durationMs,
    schedule: {
      model: 'trace',
      speed: 1,
      atMs: Float64Array.from(all, ({ atMs }) => atMs),
      cohorts: Uint16Array.from(all, ({ cohort }) => cohort),
    },
  };
}

/** How long those take to connect who are there before the load begins, milliseconds. */
export function leadOf(cohorts: readonly CohortPlan[]): number {
  return Math.max(
    0,
    ...cohorts.map(({ arrivals }) => (arrivals && 'withinMs' in arrivals ? arrivals.withinMs : 0)),
  );
}
