import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCorpus } from '../../src/pki/corpus.ts';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { openStorm } from '../../src/storm/storm.ts';
import { targets } from '../../src/targets/index.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import type { RunningTarget } from '../../src/targets/target.ts';
import { quickstart, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
const plan = await readScenario(quickstart, vocabulary, { set: ['corpus.identities=60'], variants: [] });
const cohorts = plan.variants[0]?.cohorts ?? [];
let corpus: Corpus;
let target: RunningTarget;

beforeAll(async () => {
  corpus = await makeCorpus(
    {
      seed: 11,
      algorithm: 'ecdsa-p256',
      crlEntries: 50,
      cohorts: cohorts.map(({ name, defect, identities }) => ({ name, defect, identities })),
    },
    { cacheDir: join(folder.path, 'cache') },
  );
  const workDir = join(folder.path, 'work');
  mkdirSync(workDir, { mode: 0o700 });
  const bundled = targets.find(({ kind }) => kind === 'bundled');
  if (bundled === undefined) throw new Error('the bundled broker is gone from the registry');
  target = await bundled.start({
    ...plainOrder,
    revocation: 'crl-native',
    clientCaFile: corpus.clientCaFile,
    serverCertFile: corpus.serverCertFile,
    serverKeyFile: corpus.serverKeyFile,
    crlFile: corpus.crlFile,
    users: { clientIds: [], password: corpus.password },
    workDir,
  });
});

afterAll(async () => {
  await target?.stop();
  folder.remove();
});

const pem = (label: string, der: Uint8Array) =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

/** What MQTT.js, as a user would call it, comes to with this identity. */
function connectByMqttJs(identity: Identity): Promise<'accepted' | 'refused'> {
  const credentials =
    identity.key === null
      ? {}
      : {
          key: pem('PRIVATE KEY', identity.key),
          cert: identity.chain.map((certificate) => pem('CERTIFICATE', certificate)).join(''),
        };
  return new Promise((resolve) => {
    const client = mqtt.connect({
      protocol: 'mqtts',
      host: target.address.host,
      port: target.address.port,
      servername: target.serverName,
      ca: readFileSync(corpus.serverCaFile),
      clientId: identity.clientId,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      ...credentials,
    });
    let over = false;
    const end = (outcome: 'accepted' | 'refused') => {
      if (over) return;
      over = true;
      client.end(true, () => resolve(outcome));
    };
    client.once('connect', () => end('accepted'));
    client.once('error', () => end('refused'));
    client.once('close', () => end('refused'));
  });
}

describe('MQTT.js and the storm, with the same identities against the same broker', () => {
  it('come to the same outcome for every cohort of the quickstart', async () => {
    const storm = await openStorm({
      workers: 1,
      serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
      cohorts: corpus.cohorts.map(({ name, identities }) => ({
        name,
        driver: 'node',
        identities,
        password: null,
      })),
    });
    const { recording } = await storm.run({
      address: target.address,
      serverName: target.serverName,
      seed: 5,
      weights: corpus.cohorts.map(() => 1),
      schedule: { model: 'constant-vus', vus: 4 },
      durationMs: 1_500,
      maxInFlight: 100,
      attemptTimeoutMs: 5_000,
      gracefulStopMs: 2_000,
    }).done;
    await storm.close();

    const seen: Record<string, { storm: string; mqttjs: string; expected: string }> = {};
    for (const [index, cohort] of corpus.cohorts.entries()) {
      const outcomes = recording.cohorts[index]?.outcomes.filter(({ count }) => count > 0) ?? [];
      const accepted = outcomes.map(({ kind }) => (kind === 'accepted' ? 'accepted' : 'refused'));
      const identity = cohort.identities[0] ?? { clientId: 'nobody', key: null, chain: [] };
      seen[cohort.name] = {
        storm: [...new Set(accepted)].join(),
        mqttjs: await connectByMqttJs(identity),
        expected: cohorts[index]?.expect.outcome === 'accept' ? 'accepted' : 'refused',
      };
    }
    expect(Object.keys(seen)).toHaveLength(9);
    for (const [name, { storm: ours, mqttjs, expected }] of Object.entries(seen)) {
      expect({ name, ours, mqttjs }).toEqual({ name, ours: expected, mqttjs: expected });
    }
  });
});
