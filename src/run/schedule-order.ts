import type { CohortPlan, LoadPlan } from '../scenario/plan.ts';
import { readTrace } from '../scenario/trace-file.ts';
import type { RoundOrder, ScheduleOrder } from '../storm/order.ts';

const defaultBackoff = { policy: 'full-jitter', baseMs: 1_000, capMs: 60_000 } as const;

/** The plan's load as the storm is told of it. Throws Error where a trace can no longer be read. */
export function scheduleOrder(load: LoadPlan, seed: number, cohorts: readonly CohortPlan[]): ScheduleOrder {
  const { model, rate, vus, stages, thinkMs = 0, clients = 0, spreadMs = 0 } = load;
  switch (model) {
    case 'constant-arrival-rate':
      return { model, rate };
    // Measured at the rate that was found; until then at the one to start from.
    case 'find-limit':
      return { model: 'constant-arrival-rate', rate };
    case 'ramping-arrival-rate':
      return { model, rate, stages };
    case 'poisson':
      return { model, rate, seed: (seed ^ 0x51f15e) >>> 0 };
    case 'thundering-herd':
      return { model, clients, spreadMs };
    case 'trace':
      return traceOrder(load, cohorts);
    case 'constant-vus':
      return { model, vus, thinkMs };
    case 'ramping-vus':
      return { model, vus, stages, thinkMs };
    case 'reconnect-storm': {
      const { cutAtMs = 0, backoff = defaultBackoff } = load;
      return { model, clients, spreadMs, cutAtMs, backoff };
    }
  }
}

function traceOrder({ trace }: LoadPlan, cohorts: readonly CohortPlan[]): ScheduleOrder {
  const names = cohorts.map(({ name }) => name);
  const { file, speed } = trace ?? { file: '', speed: 1 };
  const arrivals = readTrace(file, names);
  return {
    model: 'trace',
    speed,
    atMs: Float64Array.from(arrivals.atMs),
    cohorts: Uint16Array.from(arrivals.cohorts, (name) => names.indexOf(name)),
  };
}

/** Attempts a second at most, where a model has no level of its own to warm up at. */
const warmupRate = 100;

/** A warm-up is level: at the constant load, or at the highest that the first stage touches. */
export function warmupOrder(order: RoundOrder, load: LoadPlan): RoundOrder {
  const first = load.stages[0]?.target ?? 0;
  const users = load.model.endsWith('vus');
  const level = Math.max(load.rate, load.model === 'ramping-arrival-rate' ? first : 0);
  return {
    ...order,
    seed: (order.seed ^ 0x77a24) >>> 0,
    schedule: users
      ? { model: 'constant-vus', vus: Math.max(load.vus, first) }
      : {
          model: 'constant-arrival-rate',
          rate: level > 0 ? level : Math.min(load.clients ?? Infinity, warmupRate),
        },
    durationMs: load.warmupMs,
  };
}
