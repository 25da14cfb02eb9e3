import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCorpus } from '../../src/pki/corpus.ts';
import { readGivenCorpus } from '../../src/pki/index.ts';
import { pem } from '../../src/pki/pem.ts';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { parseScenario } from '../../src/scenario/read.ts';
import { external } from '../../src/targets/external.ts';
import type { OwnTarget } from '../../src/targets/target.ts';
import { isAlive, orderFor, startBroker } from '../broker/test-broker.ts';
import { attemptConnect, clientOptions } from '../broker/test-client.ts';
import { makeTestPki, type TestPki } from '../broker/test-pki.ts';
import { temporaryFolder } from '../cli/certstorm.ts';

let pki: TestPki;
let broker: OwnTarget;
const folder = temporaryFolder();

beforeAll(async () => {
  pki = makeTestPki();
  broker = await startBroker(pki);
});

afterAll(async () => {
  await broker.stop();
  pki.remove();
  folder.remove();
});

function orderAt(port: number, given: NonNullable<Parameters<typeof external.start>[0]['external']> = {}) {
  return orderFor(pki, { port, serverCaFile: pki.caFile, external: { serverName: 'localhost', ...given } });
}

describe('a broker that somebody else has started', () => {
  test('is measured by its process, and left alone in the end', async () => {
    const target = await external.start(orderAt(broker.address.port, { processId: broker.pid }));
    const before = await target.snapshot();
    for (let each = 0; each < 40; each++)
      await attemptConnect(target.address, clientOptions(pki, pki.clients.good));
    const after = await target.snapshot();
    expect((after.cpuUserMs ?? 0) + (after.cpuSystemMs ?? 0)).toBeGreaterThan(
      (before.cpuUserMs ?? 0) + (before.cpuSystemMs ?? 0),
    );
    await target.prepareRound();
    await target.stop();
    target.killNow();
    expect(isAlive(broker.pid)).toBe(true);
    expect(target.remarks).toContainEqual(expect.stringContaining('nothing was collected'));
  });

  test('is measured by its container, of which docker tells the process', async () => {
    const engine = join(folder.path, 'docker');
    writeFileSync(
      engine,
      `#!/bin/sh
[ "$*" = "inspect --format {{.State.Pid}} -- ours" ] && { echo ${broker.pid}; exit; }
[ "$*" = "inspect --format {{.State.Pid}} -- ended" ] && { echo 0; exit; }
echo "Error: No such object: $5" >&2
exit 1
`,
      { mode: 0o755 },
    );
    const path = process.env.PATH;
    process.env.PATH = `${folder.path}:${path}`;
    try {
      const at = (container: string) => external.start(orderAt(broker.address.port, { container }));
      const target = await at('ours');
      expect(target.pid).toBe(broker.pid);
      expect((await target.snapshot()).rssBytes).toBeGreaterThan(2 ** 20);
      await expect(at('ended')).rejects.toMatchObject({
        code: 'ERR_TARGET_CONTAINER',
        message: "the container 'ended' does not run (target.container)",
      });
      await expect(at('other')).rejects.toThrow(
        "docker does not know the container 'other': Error: No such object: other (target.container)",
      );
    } finally {
      process.env.PATH = path;
    }
  });

  test('is measured by what it says at a Prometheus endpoint', async () => {
    let seconds = 12.5;
    const metrics = createServer((_, response) => {
      response.end(
        `# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total{node="a"} ${seconds}\nprocess_cpu_seconds_total{node="b"} 1e1\nprocess_resident_memory_bytes 1048576\n`,
      );
    }).listen(0, '127.0.0.1');
    await once(metrics, 'listening');
    const address = metrics.address();
    const metricsUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/metrics`;
    const target = await external.start(orderAt(broker.address.port, { metricsUrl }));
    expect(await target.snapshot()).toMatchObject({ cpuUserMs: 22_500, rssBytes: 1_048_576 });
    seconds = 13;
    expect(await target.snapshot()).toMatchObject({ cpuUserMs: 23_000 });
    metrics.close();
    metrics.closeAllConnections();
    await expect(target.snapshot()).rejects.toMatchObject({ code: 'ERR_TARGET_METRICS' });
  });

  test('without either has no CPU, and says so', async () => {
    const target = await external.start(orderAt(broker.address.port));
    expect(await target.snapshot()).toMatchObject({ cpuUserMs: null, rssBytes: null, tallies: null });
    expect(target.remarks).toContainEqual(expect.stringContaining('its CPU is not known'));
  });

  test('that is not there, or another than was meant, is told before the storm', async () => {
    await expect(external.start(orderAt(1))).rejects.toMatchObject({
      code: 'ERR_TARGET_ANSWER',
      message:
        'the external broker at 127.0.0.1:1 cannot be stormed: it cannot be connected to (ECONNREFUSED)',
    });
    const order = orderAt(broker.address.port, { serverName: 'broker.example.org' });
    await expect(external.start(order)).rejects.toMatchObject({
      message: expect.stringContaining("its certificate does not hold for 'broker.example.org'"),
    });
    await expect(external.start(orderAt(broker.address.port, { processId: 2 ** 22 }))).rejects.toMatchObject({
      code: 'ERR_TARGET_GONE',
    });
  });
});

describe('identities of the user', () => {
  test('from a folder: a cohort is what its pattern fits, and one that is left out presents none', () => {
    const dir = join(folder.path, 'devices');
    mkdirSync(dir);
    for (const name of ['good', 'expired']) {
      copyFileSync(join(pki.dir, `${name}.pem`), join(dir, `${name}-1.crt`));
      copyFileSync(join(pki.dir, `${name}.key`), join(dir, `${name}-1.key`));
    }
    const before = readdirSync(dir);
    const from = { dir, cohorts: { good: 'good-*', late: 'expired-*.crt' } };
    const wanted = ['good', 'late', 'nobody'].map((name) => ({ name, defect: 'none' }));
    const { cohorts, made } = readGivenCorpus(from, wanted, 1);
    expect(
      cohorts.map(({ identities }) => identities.map(({ clientId, chain }) => [clientId, chain.length])),
    ).toEqual([[['good', 1]], [['expired', 1]], [['nobody-00001', 0]]]);
    expect(made.identities).toBe(2);
    expect(readdirSync(dir)).toEqual(before);
    expect(() =>
      readGivenCorpus({ dir, cohorts: { good: 'none-*' } }, [{ name: 'good', defect: 'none' }], 1),
    ).toThrow(/^from\.cohorts\.good: no certificate file in .* fits none-\*/);
  });

  test('signed by a test CA of the user: openssl verifies them under it, and its key is in no file of ours', async () => {
    const [caFile, keyFile] = [join(pki.dir, 'ca.pem'), join(pki.dir, 'ca.key')];
    const cacheDir = join(folder.path, 'cache');
    const corpus = await makeCorpus(
      {
        seed: 5,
        algorithm: 'ecdsa-p256',
        crlEntries: 2,
        signWith: { caFile, keyFile },
        cohorts: [
          { name: 'good', defect: 'none', identities: 2 },
          { name: 'revoked', defect: 'revoked', identities: 1 },
        ],
      },
      { cacheDir },
    );
    const verdicts = corpus.cohorts.map(({ name, identities }) => {
      const file = join(folder.path, `${name}.pem`);
      writeFileSync(file, pem('CERTIFICATE', identities[0]?.chain[0] ?? new Uint8Array()));
      const args = [
        'verify',
        '-x509_strict',
        '-crl_check',
        '-CRLfile',
        corpus.crlFile,
        '-CAfile',
        caFile,
        file,
      ];
      const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
      return `${stdout}${stderr}`;
    });
    expect(verdicts[0]).toMatch(/: OK$/m);
    expect(verdicts[1]).toMatch(/certificate revoked/);
    // The key's own scalar: the first 32 octets after the version and the OCTET STRING's head.
    const secret = spawnSync('openssl', ['pkey', '-in', keyFile, '-outform', 'DER']).stdout;
    const scalar = secret.subarray(secret.indexOf(Buffer.from('0420', 'hex')) + 2).subarray(0, 32);
    expect(scalar).toHaveLength(32);
    for (const entry of readdirSync(cacheDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      expect(bytes.includes(scalar), entry.name).toBe(false);
      expect(bytes.includes(secret.toString('base64').slice(60, 100)), entry.name).toBe(false);
    }
    await expect(
      makeCorpus(
        {
          seed: 5,
          algorithm: 'ecdsa-p256',
          crlEntries: 0,
          signWith: { caFile: join(pki.dir, 'other-ca.pem'), keyFile },
          cohorts: [{ name: 'good', defect: 'none', identities: 1 }],
        },
        { cacheDir },
      ),
    ).rejects.toThrow(/^signWith\.keyFile: .* is not the key of /);
  });
});

test('a scenario is held to what goes with an external broker, and what does not', () => {
  const read = (target: string, corpus = '{ identities: 10 }') =>
    parseScenario(
      `name: ours\ncorpus: ${corpus}\ntarget: ${target}\nload: { model: constant-vus, vus: 1, duration: 1s }\ncohorts: [{ name: good, expect: accept }]\n`,
      's.yaml',
      vocabulary,
    );
  expect(() => read('{ kind: external }')).toThrow(/an external broker has no port yet/);
  expect(() => read('{ kind: bundled, processId: 1 }')).toThrow(
    /target\.processId only with target\.kind external/,
  );
  expect(() => read('{ kind: external, port: 8883, host: 192.0.2.1 }')).toThrow(/is not on this machine/);
  expect(() =>
    read('{ kind: external, port: 8883 }', '{ from: { dir: d, cohorts: { good: "*.crt" } } }'),
  ).toThrow(/know no CA of the broker/);
  const { variants } = read(
    '{ kind: external, port: 8883, processId: 7, metricsUrl: "http://127.0.0.1:1/metrics" }',
  );
  expect(variants[0]?.target).toMatchObject({ kind: 'external', port: 8883, processId: 7 });
});

test('the whole way: certstorm storms a broker of its own that it is given the address of', async () => {
  const scenario = join(folder.path, 'external.yaml');
  writeFileSync(
    scenario,
    `name: external
corpus: { from: { dir: ${join(folder.path, 'devices')}, cohorts: { good: good-*, late: expired-* } } }
target: { kind: external, port: ${broker.address.port}, serverName: localhost, caFile: ${pki.caFile}, processId: ${broker.pid} }
load: { model: constant-vus, vus: 1, duration: 500ms }
cohorts:
  - { name: good, expect: accept }
  - { name: late, expect: reject-at-tls }
`,
  );
  const out = join(folder.path, 'out');
  const entry = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const run = spawn(process.execPath, [entry, 'run', scenario, '--out', out, '--quiet'], {
    env: { ...process.env, CERTSTORM_CACHE: join(folder.path, 'cache') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  run.stderr.on('data', (chunk) => {
    told += chunk;
  });
  await once(run, 'close');
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const [variant] = result.variants;
  expect(told).not.toMatch(/accepted|rejected/);
  expect(variant.target.version).toMatch(/^external broker/);
  expect(variant.cohorts.map((cohort: { attempts: number }) => cohort.attempts > 0)).toEqual([true, true]);
  expect(
    variant.cohorts.every(
      (c: { falseAccepts: number; falseRejects: number }) => c.falseAccepts + c.falseRejects === 0,
    ),
  ).toBe(true);
  expect(variant.target.cpuMsPerAttempt).toBeGreaterThan(0);
});
