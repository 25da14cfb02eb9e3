import type { Result, RoundResult } from '../../result/index.ts';

/** What is read of a plan; it is the scenario's, and a result of another version may have another. */
type Load = { model?: unknown; rate?: unknown; durationMs?: unknown; stages?: unknown };
type Stage = { durationMs: number; target: number };

/**
 * Attempts a second that the plan of a variant asks for, by the second of a round. null where its model asks for no rate (virtual users,
 * herds, traces), where cohorts have arrivals of their own beside it, and where the result's plan does not tell.
 */
export function askedRate(
  { scenario }: Pick<Result, 'scenario'>,
  variant: string,
  { limit }: Pick<RoundResult, 'limit'>,
): ((atS: number) => number) | null {
  const plan = plansOf(scenario).find(({ name }) => name === variant);
  if (plan === undefined || plan.cohorts.some((cohort) => Reflect.get(cohort, 'arrivals') !== undefined))
    return null;
  const { model, rate, durationMs, stages } = plan.load;
  if (typeof rate !== 'number' || typeof durationMs !== 'number') return null;
  const within = (asked: number) => (atS: number) => (atS * 1000 < durationMs ? asked : 0);
  switch (model) {
    case 'constant-arrival-rate':
    case 'poisson':
      return within(rate);
    case 'find-limit':
      return limit === undefined || limit.low <= 0 ? null : within(limit.low);
    case 'ramping-arrival-rate':
      return Array.isArray(stages) && stages.every(isStage) ? ramp(rate, stages) : null;
    default:
      return null;
  }
}

function ramp(from: number, stages: readonly Stage[]): (atS: number) => number {
  return (atS) => {
    let [left, level] = [atS * 1000, from];
    for (const { durationMs, target } of stages) {
      if (left < durationMs) return level + ((target - level) * left) / durationMs;
      left -= durationMs;
      level = target;
    }
    return 0;
  };
}

function plansOf(scenario: object): { name: unknown; load: Load; cohorts: object[] }[] {
  const plans: unknown = Reflect.get(scenario, 'variants');
  return (Array.isArray(plans) ? plans : []).filter(isObject).map((plan) => {
    const [load, cohorts]: unknown[] = [Reflect.get(plan, 'load'), Reflect.get(plan, 'cohorts')];
    return {
      name: Reflect.get(plan, 'name'),
      load: isObject(load) ? load : {},
      cohorts: Array.isArray(cohorts) ? cohorts.filter(isObject) : [],
    };
  });
}

function isStage(value: unknown): value is Stage {
  return (
    isObject(value) &&
    typeof Reflect.get(value, 'durationMs') === 'number' &&
    typeof Reflect.get(value, 'target') === 'number'
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
