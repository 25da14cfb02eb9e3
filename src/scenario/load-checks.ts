import { formatDuration, parseDuration } from './duration.ts';
import { valueAt } from './layers.ts';
import { limits } from './limits.ts';
import { isOpenModel, type LoadField, type LoadModel, loadModels, needs } from './load-models.ts';
import type { Fault } from './shape.ts';
import { readTrace } from './trace-file.ts';

const meaning = {
  rate: 'a number of attempts per second',
  vus: 'a number of virtual users',
  duration: 'a duration such as 10s',
  stages: 'a list of stages, such as [{duration: 10s, target: 100}]',
  thinkTime: 'a duration such as 500ms',
  clients: 'a number of clients',
  spread: 'a duration such as 1s',
  cutAt: 'a duration such as 10s',
  backoff: 'a map of policy, base, cap',
  trace: 'a map of file, speed',
  objective: 'a threshold such as good.authenticated.p99 < 250ms',
  precision: 'a share such as 5%',
} as const;

const mends = {
  rate: 'vus, for virtual users wait for one another instead of keeping a rate',
  vus: 'rate, for arrivals come on a schedule and not from virtual users',
  duration: 'stages alone: their durations add up to it',
  stages: 'rate or vus alone, or a ramping model',
  thinkTime: 'no thinkTime, which is for virtual users',
  clients: 'rate or vus, or model thundering-herd or reconnect-storm',
  spread: 'no spread, or model thundering-herd or reconnect-storm',
  cutAt: 'no cutAt, or model reconnect-storm',
  backoff: 'no backoff, or model reconnect-storm',
  trace: 'no trace, or model trace',
  objective: 'thresholds, or model find-limit or ramping-arrival-rate',
  precision: 'no precision, or model find-limit',
} as const;

/** Mistakes of the load that no single field shows. Works on values as written, so that one mistake does not hide another. */
export function loadFaults(load: unknown, rounds: unknown, cohortNames: readonly string[] = []): Fault[] {
  const model = loadModels.find((known) => known === valueAt(load, ['model']));
  if (model === undefined) return [];
  const faults: Fault[] = [];
  for (const field of Object.keys(meaning) as LoadField[]) {
    const need = needs[model][field];
    const value = valueAt(load, [field]);
    if (need === 'needed' && value === undefined) {
      const message = `missing, and model ${model} needs it`;
      faults.push({ path: ['load', field], message, expected: meaning[field] });
    }
    if (need === undefined && value !== undefined) {
      const message = `model ${model} has no ${field}`;
      faults.push({ path: ['load', field], part: 'key', message, expected: mends[field] });
    }
  }
  const zero = needs[model].rate === 'needed' ? 'rate' : model === 'constant-vus' ? 'vus' : undefined;
  if (zero !== undefined && valueAt(load, [zero]) === 0) {
    faults.push({
      path: ['load', zero],
      message: '0 makes no attempt',
      expected: `${meaning[zero]} above 0`,
    });
  }
  return [
    ...faults,
    ...amountFaults(load, model, rounds),
    ...stormFaults(load, model),
    ...traceFaults(load, model, cohortNames),
  ];
}

function amountFaults(load: unknown, model: LoadModel, rounds: unknown): Fault[] {
  const open = isOpenModel(model);
  const ramping = model.startsWith('ramping');
  const amount = ramping ? 'stages' : 'duration';
  const stages = ramping ? stagesOf(valueAt(load, ['stages'])) : [];
  const start = numberOr(valueAt(load, [open ? 'rate' : 'vus']), 0);
  const clients = numberOr(valueAt(load, ['clients']), 0);
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
  const attempts = ramping ? ramped : model === 'thundering-herd' ? clients : start * (durationMs / 1000);
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

function stormFaults(load: unknown, model: LoadModel): Fault[] {
  if (model !== 'reconnect-storm') return [];
  const cutAtMs = millisecondsOf(valueAt(load, ['cutAt']));
  const durationMs = millisecondsOf(valueAt(load, ['duration']));
  const spreadMs = millisecondsOf(valueAt(load, ['spread']) ?? '5s');
  const faults: Fault[] = [];
  if (cutAtMs !== undefined && durationMs !== undefined && cutAtMs >= durationMs) {
    const message = 'the clients are cut when the round is over';
    faults.push({ path: ['load', 'cutAt'], message, expected: 'less than load.duration' });
  }
  if (cutAtMs !== undefined && spreadMs !== undefined && spreadMs > cutAtMs) {
    const message = 'the clients are cut before all of them have connected';
    faults.push({ path: ['load', 'cutAt'], message, expected: 'more than load.spread (5s if left out)' });
  }
  const baseMs = millisecondsOf(valueAt(load, ['backoff', 'base']) ?? '1s');
  const capMs = millisecondsOf(valueAt(load, ['backoff', 'cap']) ?? '60s');
  if (baseMs !== undefined && capMs !== undefined && baseMs > capMs) {
    const message = 'the longest wait is shorter than the first';
    faults.push({ path: ['load', 'backoff'], message, expected: 'a cap of at least base' });
  }
  return faults;
}

function traceFaults(load: unknown, model: LoadModel, cohortNames: readonly string[]): Fault[] {
  const file = valueAt(load, ['trace', 'file']);
  if (model !== 'trace' || typeof file !== 'string') return [];
  try {
    readTrace(file, cohortNames);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ path: ['load', 'trace', 'file'], message, expected: 'lines such as 12.5,good' }];
  }
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
