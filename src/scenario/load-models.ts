/** Every load model and the fields that are its own. */
export const loadModels = [
  'constant-arrival-rate',
  'ramping-arrival-rate',
  'poisson',
  'thundering-herd',
  'trace',
  'find-limit',
  'constant-vus',
  'ramping-vus',
  'reconnect-storm',
] as const;

export type LoadModel = (typeof loadModels)[number];

export type LoadField =
  | 'rate'
  | 'vus'
  | 'duration'
  | 'stages'
  | 'thinkTime'
  | 'clients'
  | 'spread'
  | 'cutAt'
  | 'backoff'
  | 'trace'
  | 'objective'
  | 'precision';

export type Need = 'needed' | 'allowed';

/** What each model needs and may have; it has no use for the others. */
export const needs: Record<LoadModel, Partial<Record<LoadField, Need>>> = {
  'constant-arrival-rate': { rate: 'needed', duration: 'needed' },
  'ramping-arrival-rate': { rate: 'allowed', stages: 'needed', objective: 'allowed' },
  poisson: { rate: 'needed', duration: 'needed' },
  'thundering-herd': { clients: 'needed', spread: 'allowed', duration: 'needed' },
  trace: { trace: 'needed', duration: 'needed' },
  'find-limit': { rate: 'needed', duration: 'needed', objective: 'needed', precision: 'allowed' },
  'constant-vus': { vus: 'needed', duration: 'needed', thinkTime: 'allowed' },
  'ramping-vus': { vus: 'allowed', stages: 'needed', thinkTime: 'allowed' },
  'reconnect-storm': {
    clients: 'needed',
    spread: 'allowed',
    cutAt: 'needed',
    backoff: 'allowed',
    duration: 'needed',
  },
};

/** Arrivals come on a schedule, whatever the target does. */
export function isOpenModel(model: LoadModel): boolean {
  return !model.endsWith('vus') && model !== 'reconnect-storm';
}
