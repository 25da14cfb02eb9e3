import { describe, expect, it } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/config.ts';
import { parseScenario } from '../../src/scenario/read.ts';
import { starterScenario } from '../../src/scenario/starter.ts';
import { words } from './words.ts';
import { read, readOne, scenario } from './written.ts';

describe('what a scenario leaves out', () => {
  it('gets its default', async () => {
    expect(await read(scenario())).toEqual({
      schema: 'certstorm/plan@1',
      name: 'test',
      description: '',
      seed: 1,
      rounds: 1,
      variants: [
        {
          name: 'default',
          labels: { target: 'bundled', revocation: 'none', crlEntries: 0, connectAuth: 'none' },
          corpus: { algorithm: 'ecdsa-p256', identities: 1000, crlEntries: 0 },
          target: {
            kind: 'bundled',
            host: '127.0.0.1',
            port: 0,
            revocation: 'none',
            connectAuth: 'none',
            sessionTickets: true,
            transport: 'tls',
            clientCertificates: 'required',
          },
          broker: defaultBrokerSettings,
          services: {
            ocsp: { signing: 'pre-signed', validityMs: 3_600_000, port: 0, faults: [] },
            crl: { port: 0, faults: [] },
            auth: { port: 0, faults: [] },
          },
          events: [],
          load: {
            model: 'constant-arrival-rate',
            rate: 100,
            vus: 0,
            durationMs: 5000,
            stages: [],
            warmupMs: 1000,
            maxInFlight: 1000,
            attemptTimeoutMs: 10_000,
            gracefulStopMs: 5000,
          },
          cohorts: [
            {
              name: 'good',
              weight: 1,
              identities: 1000,
              defect: 'none',
              expect: { outcome: 'accept' },
              driver: 'node',
              credentials: 'none',
            },
          ],
        },
      ],
      thresholds: [],
    });
  });

  it('a password is sent where the broker checks one, unless the cohort says otherwise', async () => {
    const { cohorts } = await readOne(
      scenario({
        head: 'target: { connectAuth: password-hash }',
        cohorts: `cohorts:
  - { name: good, expect: accept }
  - { name: wrong, expect: reject-at-connect, credentials: wrong }
  - { name: silent, expect: { outcome: reject-at-connect, cause: not_authorized }, credentials: none }`,
      }),
    );
    expect(cohorts.map(({ credentials }) => credentials)).toEqual(['right', 'wrong', 'none']);
  });

  it('the CRL has as many entries as there are revoked identities, or as many as are asked for', async () => {
    const cohorts =
      'cohorts:\n  - { name: good, expect: accept, weight: 3 }\n  - { name: bad, expect: reject, defect: revoked }';
    expect((await readOne(scenario({ cohorts }))).corpus).toMatchObject({
      identities: 1000,
      crlEntries: 250,
    });
    const padded = await readOne(
      scenario({ cohorts, head: 'corpus: { crlEntries: 5000, identities: 100 }' }),
    );
    expect(padded.corpus).toMatchObject({ identities: 100, crlEntries: 5000 });
    expect(padded.labels.crlEntries).toBe(5000);
  });
});

describe('a plan', () => {
  it('has the stages of a ramp and their sum', async () => {
    const { load } = await readOne(
      scenario({
        load: 'load: { model: ramping-arrival-rate, rate: 10, stages: [{ duration: 500ms, target: 50 }, { duration: 1m, target: 0 }] }',
      }),
    );
    expect(load).toMatchObject({
      rate: 10,
      vus: 0,
      durationMs: 60_500,
      stages: [
        { durationMs: 500, target: 50 },
        { durationMs: 60_000, target: 0 },
      ],
    });
  });

  it('tells at which layer clients are refused, where all refusals are at one', async () => {
    const cohorts = (outcome: string) =>
      `cohorts:\n  - { name: good, expect: accept }\n  - { name: a, expect: ${outcome} }\n  - { name: b, expect: ${outcome} }`;
    const head = 'target: { connectAuth: password-hash }';
    expect((await readOne(scenario({ head, cohorts: cohorts('reject-at-tls') }))).labels.refusedAt).toBe(
      'tls',
    );
    expect((await readOne(scenario({ head, cohorts: cohorts('reject-at-connect') }))).labels.refusedAt).toBe(
      'connect',
    );
    expect((await readOne(scenario({ head, cohorts: cohorts('reject') }))).labels).not.toHaveProperty(
      'refusedAt',
    );
  });

  it('may aim at another machine only when the scenario says so', async () => {
    const { target } = await readOne(
      scenario({ head: 'target: { host: 192.0.2.1, port: 8883, allowRemote: true }' }),
    );
    expect(target).toMatchObject({ host: '192.0.2.1', port: 8883 });
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '"::1"'])('%s is on this machine', async (host) => {
    await expect(readOne(scenario({ head: `target: { host: ${host} }` }))).resolves.toBeDefined();
  });

  it('is plain data', async () => {
    const plan = await read(scenario());
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe('the starter scenario', () => {
  it('is a scenario without mistakes', () => {
    const plan = parseScenario(starterScenario, 'scenario.yaml', words);
    expect(plan.variants[0]?.cohorts.map(({ name }) => name)).toEqual([
      'good',
      'expired',
      'revoked',
      'no-certificate',
    ]);
  });

  it('still is one when its comments are taken up', () => {
    const text = starterScenario
      .replace('# crlEntries: 10000 ', 'crlEntries: 10000 ')
      .replace('# matrix:', 'matrix:')
      .replace('#   corpus.crlEntries', '  corpus.crlEntries');
    expect(parseScenario(text, 'scenario.yaml', words).variants).toHaveLength(3);
  });

  it('sends no editor to a schema that is not there', () => {
    expect(starterScenario).not.toMatch(/^#\s*yaml-language-server\s*:/m);
  });
});
