import { valueAt } from './layers.ts';
import { showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * What the target of one variant is asked for and has not, a sentence each: `'mosquitto' has no OCSP for client certificates`. In a scenario
 * of several variants such a one is a named cell, left out of the run; where there is nothing else to run it is a mistake.
 *
 * A word that no target knows is passed over: that is a mistake of its own.
 */
export function impossibleFaults(data: unknown, { targets }: Vocabulary): Fault[] {
  const target = valueAt(data, ['target']);
  const kind = valueAt(target, ['kind']) ?? 'bundled';
  const known = targets.find((candidate) => candidate.kind === kind);
  if (known === undefined) return [];
  const faults: Fault[] = [];
  const refuse = (field: string, value: unknown, expected: string) => {
    const lack = known.lacks?.[`${field}: ${value}`];
    const message = lack ?? `target ${showValue(kind)} cannot do ${showValue(value)}`;
    faults.push({ path: ['target', field], message, expected });
  };
  const words = [
    ['revocation', 'revocation'],
    ['connectAuth', 'connectAuth'],
    ['transport', 'transports'],
  ] as const;
  for (const [field, list] of words) {
    const value = valueAt(target, [field]);
    const somewhere =
      list === 'transports' || targets.some((candidate) => candidate[list].some((word) => word === value));
    if (typeof value !== 'string' || !somewhere || known[list].includes(value)) continue;
    refuse(field, value, `one of ${known[list].join(', ')}`);
  }
  const certificates = valueAt(target, ['clientCertificates']);
  if (certificates === 'none' && known.clientCertificates?.includes('none') === false)
    refuse('clientCertificates', certificates, known.clientCertificates.join(' or '));
  const tickets = valueAt(target, ['sessionTickets']) ?? true;
  const able = known.sessionTickets ?? [true, false];
  if (typeof tickets === 'boolean' && !able.includes(tickets))
    refuse('sessionTickets', tickets, able.join(' or '));
  faults.push(...mqttFaults(data, known, kind));
  return faults;
}

/** Cohorts that speak an MQTT which the target does not. */
function mqttFaults(data: unknown, known: Vocabulary['targets'][number], kind: unknown): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  const { mqttVersions } = known;
  if (!Array.isArray(cohorts) || mqttVersions === undefined) return [];
  return cohorts.flatMap((cohort, index): Fault[] => {
    const version = valueAt(cohort, ['mqttVersion']) ?? '3.1.1';
    if (mqttVersions.some((able) => able === version) || (version !== 5 && version !== '3.1.1')) return [];
    const message =
      known.lacks?.[`mqttVersion: ${version}`] ?? `target ${showValue(kind)} does not speak MQTT ${version}`;
    return [{ path: ['cohorts', index, 'mqttVersion'], message, expected: mqttVersions.join(' or ') }];
  });
}
