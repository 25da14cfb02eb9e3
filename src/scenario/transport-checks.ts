import { driverAsked, fieldThatChooses } from './driver-asked.ts';
import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Cohorts that cannot be what they say over this transport, or to a broker that asks for no certificates. */
export function transportFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const transport = valueAt(data, ['target', 'transport']) ?? 'tls';
  const asks = (valueAt(data, ['target', 'clientCertificates']) ?? 'required') === 'required';
  const bare = transport === 'tcp' || !asks;
  const cohorts = valueAt(data, ['cohorts']);
  if (!Array.isArray(cohorts)) return [];
  return cohorts.flatMap((cohort, index) => [
    ...driverFaults(cohort, ['cohorts', index], transport, vocabulary),
    ...(bare ? certificateFaults(cohort, ['cohorts', index], transport) : []),
  ]);
}

function driverFaults(cohort: unknown, at: Path, transport: unknown, vocabulary: Vocabulary): Fault[] {
  const driver = driverAsked(cohort, vocabulary);
  const known = vocabulary.driverTransports?.[String(driver)];
  if (known === undefined || typeof transport !== 'string' || known.includes(transport)) return [];
  const path = [...at, fieldThatChooses(cohort, vocabulary)];
  const message = `driver ${showValue(driver)} cannot do ${showValue(transport)}`;
  return [{ path, message, expected: `target.transport ${known.join(' or ')}, or another driver` }];
}

function certificateFaults(cohort: unknown, at: Path, transport: unknown): Fault[] {
  const defect = valueAt(cohort, ['defect']) ?? 'none';
  const expect = valueAt(cohort, ['expect']);
  const outcome = typeof expect === 'object' ? valueAt(expect, ['outcome']) : expect;
  const why = transport === 'tcp' ? 'target.transport is tcp' : 'target.clientCertificates is none';
  if (defect !== 'none') {
    const message = `no certificate is presented where ${why}, so none has a defect`;
    return [{ path: [...at, 'defect'], message, expected: 'no defect' }];
  }
  if (outcome !== 'reject-at-tls') return [];
  const message = `nobody is refused for a certificate where ${why}`;
  return [{ path: [...at, 'expect'], message, expected: 'accept, reject or reject-at-connect' }];
}
