import { valueAt } from './layers.ts';
import { loadFaults as ownFaults } from './load-checks.ts';
import { showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Mistakes of the load, by itself and with the cohorts that it is for. */
export function loadFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const names = cohortNamesOf(data);
  return [
    ...ownFaults(valueAt(data, ['load']), valueAt(data, ['rounds']), names),
    ...sessionFaults(data),
    ...objectiveFaults(data, names, vocabulary),
  ];
}

function cohortsOf(data: unknown): unknown[] {
  const cohorts = valueAt(data, ['cohorts']);
  return Array.isArray(cohorts) ? cohorts : [];
}

function cohortNamesOf(data: unknown): string[] {
  return cohortsOf(data)
    .map((cohort) => valueAt(cohort, ['name']))
    .filter((name) => typeof name === 'string');
}

/** Clients that leave at their CONNACK cannot be cut. */
function sessionFaults(data: unknown): Fault[] {
  if (valueAt(data, ['load', 'model']) !== 'reconnect-storm') return [];
  return cohortsOf(data).flatMap((cohort, index) => {
    const expect = valueAt(cohort, ['expect']);
    const outcome = typeof expect === 'object' ? valueAt(expect, ['outcome']) : expect;
    if (outcome !== 'accept' || valueAt(cohort, ['session']) !== undefined) return [];
    const message = 'no session, and model reconnect-storm cuts sessions';
    return [{ path: ['cohorts', index], message, expected: 'session: {}, which holds it to the end' }];
  });
}

/** What is recorded by the time of a round. */
const overTime = /^[\w-]+\.(?:authenticated|publish)\.p\(?99\)?\s*<=?\s*\d/;

function objectiveFaults(data: unknown, names: readonly string[], { checkThreshold }: Vocabulary): Fault[] {
  const objective = valueAt(data, ['load', 'objective']);
  if (typeof objective !== 'string') return [];
  if (valueAt(data, ['load', 'model']) === 'ramping-arrival-rate' && !overTime.test(objective)) {
    const message = `${showValue(objective)} is not known step by step`;
    const expected = 'a p99 of authenticated or publish, such as good.publish.p99 < 100ms';
    return [{ path: ['load', 'objective'], message, expected }];
  }
  const problem = checkThreshold(objective, names, []);
  if (problem === undefined) return [];
  const { expected, nearest } = problem;
  const message = `${showValue(objective)} is no objective`;
  return [{ path: ['load', 'objective'], message, expected, ...(nearest !== undefined && { nearest }) }];
}
