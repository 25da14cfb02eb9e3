import { parseDuration } from './duration.ts';
import { faultyServices } from './event-schema.ts';
import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import { revokedCohortNames } from './revoked-cohorts.ts';
import type { Fault } from './shape.ts';
import { shareOf } from './share.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Mistakes of events that no single field shows. */
export function eventFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const events = valueAt(data, ['events']);
  if (!Array.isArray(events)) return [];
  const faults = events.flatMap((event, index) => [
    ...kindFaults(event, ['events', index]),
    ...timeFaults(event, data, ['events', index, 'at']),
    ...cohortFaults(event, data, ['events', index, 'revoke', 'cohort']),
    ...serviceFaults(event, ['events', index, 'faults', 'set'], vocabulary),
  ]);
  return [...faults, ...shareFaults(events, data)];
}

/** The names of all cohorts that metrics can be of, those that events take out of others too; what is wrong by itself is passed over. */
export function cohortNames(data: unknown): string[] {
  const written = valueAt(data, ['cohorts']);
  return (Array.isArray(written) ? written : [])
    .map((cohort) => valueAt(cohort, ['name']))
    .filter((name) => typeof name === 'string')
    .concat(namesOfRevoked(data));
}

/** As `revokedCohortNames` has them. */
function namesOfRevoked(data: unknown): string[] {
  const events = valueAt(data, ['events']);
  return revokedCohortNames(Array.isArray(events) ? events.flatMap(writtenRevocation) : []);
}

function writtenRevocation(event: unknown): { cohort: string; fraction: number }[] {
  const cohort = valueAt(event, ['revoke', 'cohort']);
  const fraction = valueAt(event, ['revoke', 'fraction']) ?? 1;
  if (typeof cohort !== 'string' || (typeof fraction !== 'number' && typeof fraction !== 'string')) return [];
  const share = shareOf(fraction);
  return share > 0 && share <= 1 ? [{ cohort, fraction: share }] : [];
}

/** Of all events of a cohort together, and of the list that must take the revoked up. */
function shareFaults(events: readonly unknown[], data: unknown): Fault[] {
  const faults: Fault[] = [];
  const sums = new Map<string, number>();
  const names = cohortNamesOf(data);
  const revocations = events.map(writtenRevocation);
  const made = revokedCohortNames(revocations.flat());
  let position = 0;
  for (const [index, [revocation]] of revocations.entries()) {
    if (revocation === undefined) continue;
    const { cohort, fraction } = revocation;
    const name = made[position] ?? '';
    position += 1;
    const sum = (sums.get(cohort) ?? 0) + fraction;
    sums.set(cohort, sum);
    if (sum > 1 + 1e-9) {
      const message = `more of cohort ${showValue(cohort)} is revoked than there is`;
      faults.push({
        path: ['events', index, 'revoke', 'fraction'],
        message,
        expected: 'shares that add up to 100% at most',
      });
    }
    if (name !== cohort && names.includes(name)) {
      const message = `the revoked would be called ${showValue(name)}, as another cohort is`;
      faults.push({
        path: ['events', index, 'revoke', 'cohort'],
        message,
        expected: 'another name for that cohort',
      });
    }
  }
  const kind = valueAt(data, ['corpus', 'crl', 'kind']) ?? 'direct';
  if (sums.size > 0 && kind !== 'direct') {
    const message = `events revoke on a direct CRL, not on one of kind ${showValue(kind)}`;
    faults.push({ path: ['corpus', 'crl', 'kind'], message, expected: 'direct' });
  }
  return faults;
}

function serviceFaults(event: unknown, path: Path, { checkFault }: Vocabulary): Fault[] {
  const service = valueAt(event, ['faults', 'service']);
  const set = valueAt(event, ['faults', 'set']);
  const known = faultyServices.find((each) => each === service);
  return known !== undefined && Array.isArray(set) ? writtenFaults(known, set, path, checkFault) : [];
}

/** Mistakes of the faults that services start with. */
export function serviceSectionFaults(data: unknown, { checkFault }: Vocabulary): Fault[] {
  const delay = valueAt(data, ['services', 'auth', 'delay']);
  const said = typeof delay === 'string' ? checkFault?.('auth', `delay=${delay}`) : undefined;
  const expected = 'a duration such as 20ms, uniform:5ms..50ms or exponential:20ms';
  const faults = faultyServices.flatMap((service) => {
    const set = valueAt(data, ['services', service, 'faults']);
    return Array.isArray(set) ? writtenFaults(service, set, ['services', service, 'faults'], checkFault) : [];
  });
  return said === undefined
    ? faults
    : [{ path: ['services', 'auth', 'delay'], message: said, expected }, ...faults];
}

function writtenFaults(
  service: (typeof faultyServices)[number],
  set: readonly unknown[],
  path: Path,
  checkFault: Vocabulary['checkFault'],
): Fault[] {
  return set.flatMap((written, index) => {
    const said = typeof written === 'string' ? checkFault?.(service, written) : undefined;
    if (said === undefined) return [];
    return [{ path: [...path, index], message: said, expected: 'a fault such as delay=200ms or hang@25%' }];
  });
}

function kindFaults(event: unknown, path: Path): Fault[] {
  const kinds = ['revoke', 'faults'].filter((kind) => valueAt(event, [kind]) !== undefined);
  if (kinds.length === 1 || typeof event !== 'object') return [];
  const message = kinds.length === 0 ? 'nothing happens here' : `${kinds.join(' and ')} at once`;
  return [{ path, message, expected: 'one of revoke and faults' }];
}

function timeFaults(event: unknown, data: unknown, path: Path): Fault[] {
  const at = valueAt(event, ['at']);
  const duration = valueAt(data, ['load', 'duration']);
  const atMs = typeof at === 'string' ? parseDuration(at) : undefined;
  const durationMs = typeof duration === 'string' ? parseDuration(duration) : undefined;
  if (atMs === undefined || durationMs === undefined || atMs < durationMs) return [];
  const message = `${showValue(at)} is not before the end of the round`;
  return [{ path, message, expected: `less than load.duration, ${duration}` }];
}

function cohortFaults(event: unknown, data: unknown, path: Path): Fault[] {
  const name = valueAt(event, ['revoke', 'cohort']);
  const cohorts = valueAt(data, ['cohorts']);
  if (typeof name !== 'string' || !Array.isArray(cohorts)) return [];
  const cohort = cohorts.find((candidate) => valueAt(candidate, ['name']) === name);
  if (cohort === undefined) {
    const expected = `one of ${cohortNamesOf(data).join(', ')}`;
    return [{ path, message: `there is no cohort ${showValue(name)}`, expected }];
  }
  const expect = valueAt(cohort, ['expect']);
  const outcome = typeof expect === 'object' ? valueAt(expect, ['outcome']) : expect;
  const defect = valueAt(cohort, ['defect']) ?? 'none';
  if (outcome === 'accept' && defect === 'none') return [];
  const message = `cohort ${showValue(name)} is not let in to begin with`;
  return [{ path, message, expected: 'a cohort without a defect that is expected to be accepted' }];
}

function cohortNamesOf(data: unknown): string[] {
  const cohorts = valueAt(data, ['cohorts']);
  return (Array.isArray(cohorts) ? cohorts : [])
    .map((cohort) => valueAt(cohort, ['name']))
    .filter((known) => typeof known === 'string');
}
