import { formatDuration, parseDuration } from './duration.ts';
import { valueAt } from './layers.ts';
import { limits } from './limits.ts';
import { loadModels } from './load-schema.ts';
import type { Fault } from './shape.ts';

type Need = 'needed' | 'allowed' | 'refused';

/** What each model needs, may have and has no use for. */
const needs: Record<(typeof loadModels)[number], Record<'rate' | 'vus' | 'duration' | 'stages', Need>> = {
  'constant-arrival-rate': { rate: 'needed', vus: 'refused', duration: 'needed', stages: 'refused' },
  'ramping-arrival-rate': { rate: 'allowed', vus: 'refused', duration: 'refused', stages: 'needed' },
  'constant-vus': { rate: 'refused', vus: 'needed', duration: 'needed', stages: 'refused' },
  'ramping-vus': { rate: 'refused', vus: 'allowed', duration: 'refused', stages: 'needed' },
};

const meaning = {
  rate: 'a number of attempts per second',
  vus: 'a number of virtual users',
  duration: 'a duration such as 10s',
  stages: 'a list of stages, such as [{duration: 10s, target: 100}]',
} as const;

const mends = {
  rate: 'vus, for virtual users wait for one another instead of keeping a rate',
  vus: 'rate, for arrivals come on a schedule and not from virtual users',
  duration: 'stages alone: their durations add up to it',
  stages: 'rate or vus alone, or a ramping model',
} as const;

/** Mistakes of the load that no single field shows. Works on values as written, so that one mistake does not hide another. */
export function loadFaults(load: unknown, rounds: unknown): Fault[] {
  const model = loadModels.find((known) => known === valueAt(load, ['model']));
  if (model === undefined) return [];
  const faults: Fault[] = [];
  for (const [field, need] of Object.entries(needs[model]) as [keyof typeof meaning, Need][]) {
    const value = valueAt(load, [field]);
    if (need === 'needed' && value === undefined) {
      const message = `missing, and model ${model} needs it`;
      faults.push({ path: ['load', field], message, expected: meaning[field] });
    }
    if (need === 'refused' && value !== undefined) {
      const message = `model ${model} has no ${field}`;
      faults.push({ path: ['load', field], part: 'key', message, expected: mends[field] });
    }
  }
  const zero = model === 'constant-arrival-rate' ? 'rate' : model === 'constant-vus' ? 'vus' : undefined;
  if (zero !== undefined && valueAt(load, [zero]) === 0) {
    faults.push({
      path: ['load', zero],
      message: '0 makes no attempt',
      expected: `${meaning[zero]} above 0`,
    });
  }
  return [...faults, ...amountFaults(load, model, rounds)];
}

function amountFaults(load: unknown, model: (typeof loadModels)[number], rounds: unknown): Fault[] {
  const open = model.endsWith('arrival-rate');
  const ramping = model.startsWith('ramping');
  const amount = ramping ? 'stages' : 'duration';
  const stages = ramping ? stagesOf(valueAt(load, ['stages'])) : [];
  const start = numberOr(valueAt(load, [open ? 'rate' : 'vus']), 0);
  const durationMs = ramping
    ? stages?.reduce((sum, stage) => sum + stage.durationMs, 0)
    : millisecondsOf(valueAt(load, ['duration']));
  if (stages === undefined || durationMs === undefined || durationMs === 0) return [];
  if (durationMs > limits.durationMs) {
    const message = `a round of ${formatDuration(durationMs)} is too long`;
    return [
      { path: ['load', amount], message, expected: `at most ${formatDuration(limits.durationMs)} in all` },
    ];
  }

  let ramped = 0;
  let from = start;
  for (const stage of stages) {
    ramped += ((from + stage.target) / 2) * (stage.durationMs / 1000);
    from = stage.target;
  }
  // Virtual users make as many attempts as the broker lets them: for the closed models only "none at all" can be told.
  const attempts = ramping ? ramped : start * (durationMs / 1000);
  if (ramping && attempts === 0) {
    return [
      {
        path: ['load', 'stages'],
        message: 'these stages make no attempt',
        expected: 'a stage with a target above 0',
      },
    ];
  }
  if (!open) {
    const fraction = stages.findIndex(({ target }) => !Number.isInteger(target));
    if (fraction < 0) return [];
    const message = `${stages[fraction]?.target} virtual users`;
    return [
      {
        path: ['load', 'stages', fraction, 'target'],
        message,
        expected: 'a whole number in the closed models',
      },
    ];
  }
  if (attempts > 0 && attempts < 1) {
    const path = ['load', ramping ? 'stages' : 'rate'];
    return [
      { path, message: 'less than one attempt in a round', expected: 'a higher rate or a longer round' },
    ];
  }
  const all = attempts * numberOr(rounds, 1);
  if (all > limits.attempts) {
    const message = `${Math.round(all)} attempts over all rounds are too many`;
    const expected = `at most ${limits.attempts}: a lower rate, a shorter round, or fewer rounds`;
    return [{ path: ['load', ramping ? 'stages' : 'rate'], message, expected }];
  }
  return [];
}

function stagesOf(value: unknown): { durationMs: number; target: number }[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const stages: { durationMs: number; target: number }[] = [];
  for (const stage of value) {
    const durationMs = millisecondsOf(valueAt(stage, ['duration']));
    const target = valueAt(stage, ['target']);
    if (durationMs === undefined || typeof target !== 'number') return undefined;
    stages.push({ durationMs, target });
  }
  return stages;
}

function millisecondsOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDuration(value) : undefined;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
