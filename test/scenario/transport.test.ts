import { describe, expect, it } from 'vitest';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { impossibleFaults } from '../../src/scenario/impossible.ts';
import { transportFaults } from '../../src/scenario/transport-checks.ts';
import { words } from './words.ts';

const faults = (target: object, cohort: object) =>
  transportFaults(
    { target, cohorts: [cohort] },
    { ...words, driverTransports: { node: ['tls', 'wss', 'tcp'], mqttjs: ['tls'] } },
  ).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('what a transport cannot carry', () => {
  it('is told at the driver that cannot do it', () => {
    expect(faults({ transport: 'wss' }, { driver: 'node' })).toEqual([]);
    expect(faults({}, { driver: 'mqttjs' })).toEqual([]);
    expect(faults({ transport: 'wss' }, { driver: 'mqttjs' })).toEqual([
      "cohorts.0.driver: driver 'mqttjs' cannot do 'wss'",
    ]);
  });

  it('is told at a cohort that lives by its certificate', () => {
    expect(faults({ transport: 'tcp' }, { defect: 'expired', expect: 'reject' })).toEqual([
      'cohorts.0.defect: no certificate is presented where target.transport is tcp, so none has a defect',
    ]);
    expect(faults({ clientCertificates: 'none' }, { expect: { outcome: 'reject-at-tls' } })).toEqual([
      'cohorts.0.expect: nobody is refused for a certificate where target.clientCertificates is none',
    ]);
    expect(faults({ clientCertificates: 'none' }, { expect: 'reject-at-connect' })).toEqual([]);
  });
});

describe('a version of MQTT', () => {
  const mqttFaults = (target: object, ...versions: unknown[]) =>
    impossibleFaults({ target, cohorts: versions.map((mqttVersion) => ({ mqttVersion })) }, vocabulary).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );

  it('that the target does not speak is told at the cohort that speaks it', () => {
    expect(mqttFaults({}, undefined, '3.1.1', 5)).toEqual([
      'cohorts.2.mqttVersion: the bundled broker speaks MQTT 3.1.1 alone, as aedes does',
    ]);
    expect(mqttFaults({ kind: 'rumqttd' }, 5)).toHaveLength(1);
    expect(mqttFaults({ kind: 'mosquitto' }, 5, '3.1.1')).toEqual([]);
    // A mistake of its own.
    expect(mqttFaults({}, 4)).toEqual([]);
  });
});
