import type { CohortPlan, LoadPlan, VariantPlan } from '../../scenario/plan.ts';
import { makeSchedule } from '../../storm/schedules/index.ts';
import { leadOf } from '../own-arrivals.ts';
import { scheduleOrder } from '../schedule-order.ts';

/** What a variant asks of the machine at the fullest moment of a round; about, for arrivals are drawn. */
export type Demand = {
  /** Sessions held. */
  sessions: number;
  /** The most that one cohort holds of them: each has source addresses of its own. */
  sessionsOfCohort: number;
  /** Connections open: what is held, and what is in flight beside it. */
  connections: number;
  /** The field that says how many, and what it comes to for each session; null where nothing but attempts in flight is asked for. */
  field: { name: 'load.vus' | 'load.clients' | 'corpus.identities'; perSession: number } | null;
};

/**
 * An open model seldom comes near its maxInFlight; so many a storm of some hundred a second has in flight when its target stalls a little.
 * One that needs more and can't have it ends as invalid, by its local errors.
 */
const inFlight = 64;

export function demandOf({ load, cohorts }: VariantPlan): Demand {
  const users = usersOf(load);
  const arrivals = users ?? arrivalsOf(load, cohorts);
  const weights = cohorts.reduce((sum, { arrivals: own, weight }) => sum + (own ? 0 : weight), 0);
  const held = cohorts.map((cohort) => heldBy(cohort, load, arrivals, weights, leadOf(cohorts)));
  const sessions = held.reduce((sum, count) => sum + count, 0);
  const own = held.reduce((sum, count, at) => sum + (cohorts[at]?.arrivals ? count : 0), 0);
  return {
    sessions: users === undefined ? sessions : Math.min(sessions, users + own),
    sessionsOfCohort: Math.max(0, ...held),
    connections: Math.ceil(
      users === undefined ? Math.min(load.maxInFlight, inFlight) + sessions : users + own,
    ),
    field: fieldOf(load, cohorts, users, sessions),
  };
}

function fieldOf(
  load: LoadPlan,
  cohorts: readonly CohortPlan[],
  users: number | undefined,
  sessions: number,
): Demand['field'] {
  if (users !== undefined) return { name: load.clients ? 'load.clients' : 'load.vus', perSession: 1 };
  if (sessions === 0) return null;
  const identities = (of: readonly CohortPlan[]) => of.reduce((sum, cohort) => sum + cohort.identities, 0);
  const staying = cohorts.filter(({ session }) => session !== undefined);
  return { name: 'corpus.identities', perSession: identities(cohorts) / identities(staying) };
}

/** Of the models that say how many clients there are; undefined in the others. */
function usersOf({ model, vus, clients, stages }: LoadPlan): number | undefined {
  const highest = stages.map(({ target }) => (model === 'ramping-vus' ? target : 0));
  return Math.max(vus, clients ?? 0, ...highest) || undefined;
}

function arrivalsOf(load: LoadPlan, cohorts: readonly CohortPlan[]): number {
  // It is played at the rate that it finds.
  if (load.model === 'find-limit') return Infinity;
  const schedule = makeSchedule(scheduleOrder(load, 0, cohorts), load.durationMs);
  return schedule.open ? schedule.arrivals : Infinity;
}

function heldBy(
  { session, identities, weight, arrivals: own }: CohortPlan,
  load: LoadPlan,
  arrivals: number,
  weights: number,
  leadMs: number,
): number {
  if (session === undefined) return 0;
  const windowMs = leadMs + load.durationMs;
  const holdMs = Math.min(session.holdMs ?? Infinity, windowMs);
  if (own !== undefined)
    return Math.min(identities, 'withinMs' in own ? identities : Math.ceil((own.perSecond * holdMs) / 1000));
  // A virtual user who comes to a cohort that stays will stay with it.
  const share = weights === 0 ? 0 : load.model.endsWith('vus') ? Math.sign(weight) : weight / weights;
  const level = load.model === 'constant-arrival-rate' || load.model === 'poisson';
  const atOnce = level ? Math.min(arrivals, (load.rate * holdMs) / 1000) : arrivals;
  return Math.min(identities, share === 0 ? 0 : Math.ceil(atOnce * share));
}
