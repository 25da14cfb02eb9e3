import { parseDuration } from './duration.ts';
import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';

/** Mistakes of events that no single field shows. */
export function eventFaults(data: unknown): Fault[] {
  const events = valueAt(data, ['events']);
  if (!Array.isArray(events)) return [];
  return events.flatMap((event, index) => [
    ...kindFaults(event, ['events', index]),
    ...timeFaults(event, data, ['events', index, 'at']),
    ...cohortFaults(event, data, ['events', index, 'revoke', 'cohort']),
  ]);
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
  const names = cohorts
    .map((cohort) => valueAt(cohort, ['name']))
    .filter((known) => typeof known === 'string');
  if (names.includes(name)) return [];
  return [{ path, message: `there is no cohort ${showValue(name)}`, expected: `one of ${names.join(', ')}` }];
}
