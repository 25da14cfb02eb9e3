import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

type Target = Vocabulary['targets'][number];

/**
 * What the target of one variant is asked for and has not, a sentence each: `'mosquitto' has no OCSP for client certificates`. In a scenario
 * of several variants such a one is a named cell, left out of the run; where there is nothing else to run it is a mistake.
 *
 * A word that no target knows is passed over: that is a mistake of its own.
 */
export function impossibleFaults(data: unknown, { targets }: Vocabulary): Fault[] {
  const kind = valueAt(data, ['target', 'kind']) ?? 'bundled';
  const known = targets.find((candidate) => candidate.kind === kind);
  if (known === undefined) return [];
  return [
    ...wordFaults(data, known, targets),
    ...optionFaults(data, known),
    ...mqttFaults(data, known),
    ...brokerFaults(data, known),
  ];
}

/** Words of which each kind of target knows some. */
function wordFaults(data: unknown, known: Target, targets: readonly Target[]): Fault[] {
  const words = [
    ['revocation', 'revocation'],
    ['connectAuth', 'connectAuth'],
    ['transport', 'transports'],
  ] as const;
  return words.flatMap(([field, list]) => {
    const value = valueAt(data, ['target', field]);
    const somewhere =
      list === 'transports' || targets.some((candidate) => candidate[list].some((word) => word === value));
    if (typeof value !== 'string' || !somewhere || known[list].includes(value)) return [];
    return [faultAt(['target', field], known, value, `one of ${known[list].join(', ')}`)];
  });
}

/** What it is told to do otherwise than it does by itself. */
function optionFaults(data: unknown, known: Target): Fault[] {
  const faults: Fault[] = [];
  const certificates = valueAt(data, ['target', 'clientCertificates']);
  if (certificates === 'none' && known.clientCertificates?.includes('none') === false)
    faults.push(
      faultAt(['target', 'clientCertificates'], known, certificates, known.clientCertificates.join(' or ')),
    );
  const tickets = valueAt(data, ['target', 'sessionTickets']) ?? true;
  const able = known.sessionTickets ?? [true, false];
  if (typeof tickets === 'boolean' && !able.includes(tickets))
    faults.push(faultAt(['target', 'sessionTickets'], known, tickets, able.join(' or ')));
  if (valueAt(data, ['target', 'tlsVersions']) !== undefined && known.tlsVersions === false)
    faults.push(faultAt(['target', 'tlsVersions'], known, undefined, 'no tlsVersions'));
  return faults;
}

/** Cohorts that speak an MQTT which the target does not. */
function mqttFaults(data: unknown, { kind, lacks, mqttVersions }: Target): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  if (!Array.isArray(cohorts) || mqttVersions === undefined) return [];
  return cohorts.flatMap((cohort, index): Fault[] => {
    const version = valueAt(cohort, ['mqttVersion']) ?? '3.1.1';
    if (mqttVersions.some((able) => able === version) || (version !== 5 && version !== '3.1.1')) return [];
    const message =
      lacks?.[`mqttVersion: ${version}`] ?? `target ${showValue(kind)} does not speak MQTT ${version}`;
    return [{ path: ['cohorts', index, 'mqttVersion'], message, expected: mqttVersions.join(' or ') }];
  });
}

/** What the bundled broker can be told, and others only where they name it. */
function brokerFaults(data: unknown, known: Target): Fault[] {
  const revocation = String(valueAt(data, ['target', 'revocation']) ?? 'none');
  const byList = revocation.startsWith('crl');
  const broker = (...path: Path) => valueAt(data, ['broker', ...path]);
  const faults: Fault[] = [];
  const refuse = (path: Path, value: unknown, expected: string) =>
    faults.push(faultAt(['broker', ...path], known, value, expected));
  const source = broker('crl', 'source') ?? 'file';
  if (byList && known.crlSources?.some((word) => word === source) === false)
    refuse(['crl', 'source'], source, known.crlSources.join(' or '));
  else if (byList && source === 'http' && known.crlSources !== undefined && !namesDistributionPoint(data))
    faults.push(
      faultAt(
        ['corpus', 'certificate', 'crlDistributionPoints'],
        known,
        undefined,
        'where the CRL is fetched',
      ),
    );
  const { heeds } = known;
  if (heeds === undefined) return faults;
  const asked: [path: Path, value: unknown][] = [
    [
      ['onUnavailable'],
      revocation !== 'none' && broker('onUnavailable') === 'fail-open' ? 'fail-open' : undefined,
    ],
    [['verifyOnResumption'], broker('verifyOnResumption') === true ? true : undefined],
    ...wordsOf(broker('onRevocation')).map((word): [Path, unknown] => [['onRevocation'], word]),
    [['handshakeTimeout'], broker('handshakeTimeout') === undefined ? undefined : 'set'],
    [['slowdown'], isNothing(broker('slowdown')) ? undefined : broker('slowdown')],
    [['limits'], isNothing(broker('limits')) ? undefined : 'set'],
    [['authorization'], isNothing(broker('authorization')) ? undefined : 'set'],
  ];
  for (const [path, value] of asked) {
    if (value === undefined || heeds.includes(String(path[0]))) continue;
    refuse(path, value === 'set' ? undefined : value, `no broker.${path.join('.')} for it`);
  }
  return faults;
}

/** The kind's own sentence for the place and the value, else for the place, else a plain one. */
function faultAt(path: Path, { kind, lacks = {} }: Target, value: unknown, expected: string): Fault {
  const place = (path[0] === 'target' ? path.slice(1) : path).join('.');
  const message =
    lacks[`${place}: ${value}`] ??
    lacks[place] ??
    (path[0] === 'target' && value !== undefined
      ? `target ${showValue(kind)} cannot do ${showValue(value)}`
      : `target ${showValue(kind)} has nothing like ${path.join('.')}`);
  return { path, message, expected };
}

function namesDistributionPoint(data: unknown): boolean {
  return !isNothing(valueAt(data, ['corpus', 'certificate', 'crlDistributionPoints']));
}

function wordsOf(list: unknown): unknown[] {
  return Array.isArray(list) ? list : [];
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === '0%') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
