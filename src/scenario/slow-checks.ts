import { driverAsked, slowFields } from './driver-asked.ts';
import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Mistakes of cohorts that are slow on purpose. */
export function slowFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  if (!Array.isArray(cohorts)) return [];
  return cohorts.flatMap((cohort, index) => cohortFaults(cohort, ['cohorts', index], vocabulary));
}

function cohortFaults(cohort: unknown, at: Path, vocabulary: Vocabulary): Fault[] {
  const field = slowFields.find((each) => valueAt(cohort, [each]) !== undefined);
  if (field === undefined) return [];
  const faults: Fault[] = [];
  const { drivers, slowDrivers = [] } = vocabulary;
  const driver = driverAsked(cohort, vocabulary);
  if (drivers.some((each) => each === driver) && !slowDrivers.some((each) => each === driver)) {
    const message = `driver ${showValue(driver)} cannot stop half-way or write by the byte`;
    faults.push({ path: [...at, 'driver'], message, expected: `${slowDrivers.join(' or ')}, or no driver` });
  }
  if (field === 'trickle') return faults;
  if (valueAt(cohort, ['trickle']) !== undefined) {
    const message = 'a client that falls silent has no pace';
    faults.push({ path: [...at, 'trickle'], part: 'key', message, expected: 'stopAfter or trickle' });
  }
  for (const later of ['session', 'first', 'resumption'] as const) {
    const value = valueAt(cohort, [later]);
    if (value === undefined || value === 'none') continue;
    const message = 'clients that stop before their CONNECT never come so far';
    faults.push({ path: [...at, later], part: 'key', message, expected: 'no stopAfter, or no such field' });
  }
  const expect = valueAt(cohort, ['expect']);
  const outcome = typeof expect === 'object' ? valueAt(expect, ['outcome']) : expect;
  if (outcome === 'accept' || outcome === 'reject-at-connect') {
    const message = 'who sends no CONNECT has no CONNACK to wait for';
    faults.push({ path: [...at, 'expect'], message, expected: 'reject or reject-at-tls' });
  }
  return faults;
}
