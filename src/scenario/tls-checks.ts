import { driverAsked } from './driver-asked.ts';
import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';
import { leastFragment, tls12Suites, tls13Suites } from './tls-schema.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a cohort's clients cannot offer, by their driver or by the version of TLS. */
export function tlsFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  if (!Array.isArray(cohorts)) return [];
  return cohorts.flatMap((cohort, index) => cohortFaults(cohort, ['cohorts', index, 'tls'], vocabulary));
}

function cohortFaults(cohort: unknown, at: Path, vocabulary: Vocabulary): Fault[] {
  const tls = valueAt(cohort, ['tls']);
  if (tls === undefined) return [];
  const driver = driverAsked(cohort, vocabulary);
  const versions = listOf(tls, 'versions');
  const ciphers = listOf(tls, 'ciphers');
  const faults: Fault[] = [];
  const older = ciphers?.some((name) => tls12Suites.some((suite) => suite === name)) ?? false;
  const newer = ciphers?.some((name) => tls13Suites.some((suite) => suite === name)) ?? false;
  if (driver === 'wire' && versions !== undefined && !versions.every((version) => version === '1.3')) {
    faults.push({
      path: [...at, 'versions'],
      message: "driver 'wire' speaks TLS 1.3 only",
      expected: "['1.3'], or driver node",
    });
  }
  if (driver === 'wire' && older) {
    faults.push({
      path: [...at, 'ciphers'],
      message: "driver 'wire' has no suites of TLS 1.2",
      expected: `some of ${tls13Suites.join(', ')}`,
    });
  }
  for (const [version, there, suites] of [
    ['1.2', older, tls12Suites],
    ['1.3', newer, tls13Suites],
  ] as const) {
    if (ciphers === undefined || versions === undefined || there || !versions.includes(version)) continue;
    const message = `no suite for TLS ${version}, which is offered`;
    faults.push({ path: [...at, 'ciphers'], message, expected: `some of ${suites.join(', ')} too` });
  }
  const fragment = valueAt(tls, ['fragment']);
  if (driver !== 'wire' && typeof fragment === 'number' && fragment < leastFragment) {
    const message = `driver ${showValue(driver)} makes no fragments of ${fragment} bytes`;
    faults.push({
      path: [...at, 'fragment'],
      message,
      expected: `at least ${leastFragment}, or driver wire`,
    });
  }
  return faults;
}

function listOf(tls: unknown, field: string): unknown[] | undefined {
  const list = valueAt(tls, [field]);
  return Array.isArray(list) ? list : undefined;
}
