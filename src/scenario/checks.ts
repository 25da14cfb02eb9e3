import { isIPv4 } from 'node:net';
import { arrivalsFaults } from './arrivals-checks.ts';
import { authorizationFaults } from './authorization-checks.ts';
import { connectAuthFaults } from './connect-auth-checks.ts';
import { eventFaults, serviceSectionFaults } from './event-checks.ts';
import { type IdentityWish, shareIdentities } from './identities.ts';
import { valueAt } from './layers.ts';
import { limits, reservedCohortNames } from './limits.ts';
import { loadFaults } from './load-of-cohorts.ts';
import { messageOrderFaults } from './message-order-checks.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';
import { slowFaults } from './slow-checks.ts';
import { tlsFaults } from './tls-checks.ts';
import { transportFaults } from './transport-checks.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Mistakes of one variant that no single field shows. `data` is the scenario as written, before defaults: a field that is wrong by itself
 * is passed over here, its own mistake being told already.
 */
export function crossFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  return [
    ...targetFaults(valueAt(data, ['target'])),
    ...externalFaults(data),
    ...connectAuthFaults(data, vocabulary),
    ...authorizationFaults(data, vocabulary),
    ...loadFaults(data, vocabulary),
    ...cohortFaults(data, vocabulary),
    ...identityFaults(data, vocabulary),
    ...eventFaults(data, vocabulary),
    ...serviceSectionFaults(data, vocabulary),
    ...transportFaults(data, vocabulary),
    ...tlsFaults(data, vocabulary),
    ...slowFaults(data, vocabulary),
    ...messageOrderFaults(data, vocabulary),
    ...arrivalsFaults(data, vocabulary),
  ];
}

function targetFaults(target: unknown): Fault[] {
  const faults: Fault[] = [];
  const host = valueAt(target, ['host']);
  if (typeof host === 'string' && !isLoopback(host) && valueAt(target, ['allowRemote']) !== true) {
    const message = `${showValue(host)} is not on this machine`;
    const expected = 'an address in 127.0.0.0/8, or target.allowRemote: true for a broker that is yours';
    faults.push({ path: ['target', 'host'], message, expected });
  }
  return faults;
}

/** What goes with a broker that somebody else has started, and only with it. */
function externalFaults(data: unknown): Fault[] {
  const target = valueAt(data, ['target']);
  const kind = valueAt(target, ['kind']) ?? 'bundled';
  if (kind === 'external') {
    const faults: Fault[] = [];
    if ((valueAt(target, ['port']) ?? 0) === 0) {
      const message = 'an external broker has no port yet';
      faults.push({
        path: ['target', 'port'],
        part: 'key',
        message,
        expected: 'the port that it listens on',
      });
    }
    if (valueAt(target, ['processId']) !== undefined && valueAt(target, ['container']) !== undefined) {
      const message = 'a process and a container are both there';
      faults.push({ path: ['target', 'container'], part: 'key', message, expected: 'one of the two' });
    }
    if (valueAt(data, ['corpus', 'from']) !== undefined && valueAt(target, ['caFile']) === undefined) {
      const message = 'clients of corpus.from know no CA of the broker';
      faults.push({ path: ['target', 'caFile'], part: 'key', message, expected: 'the PEM file of that CA' });
    }
    return faults;
  }
  const faults: Fault[] = [];
  const refuse = (path: Path) =>
    faults.push({
      path,
      part: 'key',
      message: `target ${showValue(kind)} is started by certstorm`,
      expected: `${path.join('.')} only with target.kind external`,
    });
  for (const field of ['caFile', 'serverName', 'processId', 'container', 'metricsUrl']) {
    if (valueAt(target, [field]) !== undefined) refuse(['target', field]);
  }
  if (valueAt(data, ['corpus', 'from']) !== undefined) refuse(['corpus', 'from']);
  return faults;
}

function isLoopback(host: string): boolean {
  return (isIPv4(host) && host.startsWith('127.')) || host === 'localhost' || host === '::1';
}

function cohortFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const cohorts = cohortsOf(data);
  const faults: Fault[] = [];
  const names = new Set<unknown>();
  const connectAuth = valueAt(data, ['target', 'connectAuth']) ?? 'none';
  for (const [index, cohort] of cohorts.entries()) {
    const at: Path = ['cohorts', index];
    const name = valueAt(cohort, ['name']);
    if (typeof name === 'string' && names.has(name)) {
      faults.push({
        path: [...at, 'name'],
        message: `two cohorts are called ${showValue(name)}`,
        expected: 'a name of its own',
      });
    }
    names.add(name);
    if (reservedCohortNames.some((reserved) => reserved === name)) {
      const message = `a cohort cannot be called ${showValue(name)}, for metrics are`;
      faults.push({
        path: [...at, 'name'],
        message,
        expected: `a name other than ${reservedCohortNames.join(', ')}`,
      });
    }
    faults.push(
      ...expectFaults(at, cohort, connectAuth),
      ...countFaults(at, cohort, vocabulary),
      ...defectFaults(at, cohort, vocabulary),
    );
  }
  const weights = cohorts.map((cohort) =>
    valueAt(cohort, ['arrivals']) === undefined ? (valueAt(cohort, ['weight']) ?? 1) : 0,
  );
  if (weights.length > 0 && weights.every((weight) => weight === 0)) {
    faults.push({
      path: ['cohorts'],
      part: 'key',
      message: 'all weights are 0',
      expected: 'a weight above 0 for some cohort',
    });
  }
  return faults;
}

function expectFaults(at: Path, cohort: unknown, connectAuth: unknown): Fault[] {
  const expect = valueAt(cohort, ['expect']);
  const short = typeof expect === 'string';
  const outcome = short ? expect : valueAt(expect, ['outcome']);
  const path: Path = short ? [...at, 'expect'] : [...at, 'expect', 'outcome'];
  const faults: Fault[] = [];
  if (outcome === 'reject-at-connect' && connectAuth === 'none') {
    const message = 'nothing is refused at CONNECT where target.connectAuth is none';
    faults.push({ path, message, expected: 'reject or reject-at-tls, or a target.connectAuth' });
  }
  if (outcome === 'accept' && valueAt(expect, ['cause']) !== undefined) {
    const message = 'a client that is let in has no cause';
    faults.push({
      path: [...at, 'expect', 'cause'],
      part: 'key',
      message,
      expected: 'cause only with reject',
    });
  }
  return faults;
}

function defectFaults(at: Path, cohort: unknown, { defects, drivers }: Vocabulary): Fault[] {
  const defect = valueAt(cohort, ['defect']) ?? 'none';
  const known = defects.find(({ name }) => name === defect);
  const driver = valueAt(cohort, ['driver']);
  const faults: Fault[] = [];
  if (known?.driver !== undefined && drivers.some((each) => each === driver) && driver !== known.driver) {
    const message = `driver ${showValue(driver)} cannot present the defect ${showValue(defect)}`;
    faults.push({ path: [...at, 'driver'], message, expected: `${known.driver}, or no driver` });
  }
  if (known !== undefined && defect !== 'ends-within-run' && valueAt(cohort, ['endsAfter']) !== undefined) {
    const message = `certificates with defect ${showValue(defect)} do not end within the run`;
    faults.push({
      path: [...at, 'endsAfter'],
      part: 'key',
      message,
      expected: 'endsAfter only with ends-within-run',
    });
  }
  const weights = valueAt(cohort, ['algorithm']);
  if (
    typeof weights === 'object' &&
    weights !== null &&
    !Object.values(weights).some((weight) => weight !== 0)
  ) {
    faults.push({
      path: [...at, 'algorithm'],
      message: 'no algorithm has a weight',
      expected: 'a weight above 0',
    });
  }
  return faults;
}

function countFaults(at: Path, cohort: unknown, vocabulary: Vocabulary): Fault[] {
  const identities = valueAt(cohort, ['identities']);
  const defect = valueAt(cohort, ['defect']) ?? 'none';
  const certificate = vocabulary.defects.find(({ name }) => name === defect)?.certificate;
  if (certificate === false && typeof identities === 'number' && identities > 0) {
    const message = `clients with defect ${showValue(defect)} carry no certificate`;
    return [{ path: [...at, 'identities'], message, expected: 'no number of identities' }];
  }
  if (certificate === true && identities === 0) {
    return [{ path: [...at, 'identities'], message: '0 identities cannot connect', expected: 'at least 1' }];
  }
  return [];
}

function identityFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const wishes = cohortsOf(data).map((cohort) => identityWish(cohort, vocabulary));
  if (!wishes.every((wish) => wish !== undefined) || wishes.length === 0) return [];
  const given = valueAt(data, ['corpus', 'identities']);
  if (given !== undefined && (typeof given !== 'number' || !Number.isInteger(given) || given < 1)) return [];
  const shares = shareIdentities(given, wishes);
  const path: Path = ['corpus', 'identities'];
  if ('needed' in shares) {
    const { needed, total } = shares;
    const sharing = wishes.some(({ certificate, identities }) => certificate && identities === undefined);
    const expected = sharing
      ? `at least ${needed}: what cohorts name themselves, and one for each of the others`
      : `${needed}, the sum of what the cohorts name`;
    const message =
      given === undefined ? `the default of ${total} is too small` : `${total} does not fit the cohorts`;
    return [{ path, message, expected }];
  }
  if (shares.total > limits.identities) {
    return [
      {
        path,
        message: `${shares.total} identities are too many`,
        expected: `at most ${limits.identities} in all`,
      },
    ];
  }
  const crlEntries = valueAt(data, ['corpus', 'crlEntries']);
  if (typeof crlEntries === 'number' && crlEntries < shares.revoked) {
    const message = `${crlEntries} entries do not hold the ${shares.revoked} revoked identities`;
    return [
      { path: ['corpus', 'crlEntries'], message, expected: `at least ${shares.revoked}, or no number` },
    ];
  }
  return [];
}

function identityWish(cohort: unknown, { defects }: Vocabulary): IdentityWish | undefined {
  const defect = valueAt(cohort, ['defect']) ?? 'none';
  const weight = valueAt(cohort, ['weight']) ?? 1;
  const identities = valueAt(cohort, ['identities']);
  const known = defects.find(({ name }) => name === defect);
  if (known === undefined || typeof weight !== 'number' || !(weight >= 0)) return undefined;
  if (identities !== undefined && (typeof identities !== 'number' || !(identities >= 0))) return undefined;
  return { certificate: known.certificate, revoked: known.revoked, weight, identities };
}

function cohortsOf(data: unknown): unknown[] {
  const cohorts = valueAt(data, ['cohorts']);
  return Array.isArray(cohorts) ? cohorts : [];
}
