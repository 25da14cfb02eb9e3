import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/index.ts';
import { findProgram } from '../../src/targets/find-program.ts';
import { freePort } from '../../src/targets/free-port.ts';
import { javaOptions } from '../../src/targets/hivemq/configuration.ts';
import { hivemq } from '../../src/targets/hivemq.ts';
import { mochi } from '../../src/targets/mochi.ts';
import { rabbitDefinitions, rabbitTlsConfiguration } from '../../src/targets/rabbitmq/configuration.ts';
import { type Launch, startSpawned } from '../../src/targets/spawned.ts';
import { isAlive, orderFor, untilGone } from '../broker/test-broker.ts';
import { makeTestPki, type TestPki } from '../broker/test-pki.ts';
import { processesNaming } from '../cli/certstorm.ts';

const entry = fileURLToPath(new URL('./fake-broker.ts', import.meta.url));
let pki: TestPki;
let folder: string;

beforeAll(() => {
  pki = makeTestPki();
  folder = mkdtempSync(join(tmpdir(), 'certstorm-fake-'));
});

afterAll(() => {
  pki.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function start(kind: string, changes: Partial<Launch> = {}, signal?: AbortSignal) {
  const port = await freePort('127.0.0.1', 0);
  const launch: Launch = {
    what: 'Fakery',
    program: process.execPath,
    args: [entry, kind, String(port), pki.serverCertFile, pki.serverKeyFile, folder],
    port,
    logFile: join(folder, `${kind}.log`),
    readyWithinMs: 20_000,
    keepsakes: [{ name: 'fakery.log', path: join(folder, `${kind}.log`) }],
    version: () => 'Fakery 1',
    ...changes,
  };
  return startSpawned(launch, orderFor(pki, { serverCaFile: pki.caFile }), signal);
}

describe('a broker that does not start is a sentence, and no process', () => {
  afterEach(() => expect(processesNaming(folder)).toEqual([]));

  const troubles: [kind: string, code: string, message: RegExp, changes?: Partial<Launch>][] = [
    [
      'dies',
      'ERR_TARGET_DIED',
      /^Fakery did not start: it ended with exit code 3; its last words: reading the configuration \| bad option: require_certficate$/,
    ],
    [
      'never listens',
      'ERR_TARGET_SILENT',
      /^Fakery was not ready within 1 s: it cannot be connected to \(ECONNREFUSED\); its last words: still reading the CRL$/,
      { readyWithinMs: 1_000 },
    ],
    [
      'says nothing',
      'ERR_TARGET_SILENT',
      /^Fakery was not ready within 1 s: it accepts connections and does not answer a TLS ClientHello$/,
      { readyWithinMs: 1_000 },
    ],
    [
      'no TLS',
      'ERR_TARGET_ANSWER',
      /^Fakery is no broker to storm: it answers a TLS ClientHello with something that is not TLS/,
    ],
    [
      'no MQTT',
      'ERR_TARGET_ANSWER',
      /^Fakery is no broker to storm: it answers a CONNECT with something that is not MQTT: "HTTP\/1\.1 400/,
    ],
  ];
  test.each(troubles)('when it %s', async (kind, code, message, changes) => {
    const failing = start(kind, changes);
    await expect(failing).rejects.toMatchObject({
      name: 'TargetError',
      code,
      message: expect.stringMatching(message),
      // What it said stays with the run.
      keepsakes: [{ name: 'fakery.log', path: join(folder, `${kind}.log`) }],
    });
  });

  test('because its program cannot be run', async () => {
    const program = join(folder, 'no-program');
    await expect(start('dies', { program })).rejects.toMatchObject({
      code: 'ERR_TARGET_SPAWN',
      message: expect.stringMatching(/^Fakery could not be started: .*ENOENT/),
    });
  });

  test('because the run was stopped meanwhile', async () => {
    const abort = new AbortController();
    const starting = start('never listens', {}, abort.signal);
    setTimeout(() => abort.abort(), 100);
    await expect(starting).rejects.toMatchObject({ code: 'ERR_TARGET_STOPPED' });
  });

  test('because it has another certificate than clients trust', async () => {
    const port = await freePort('127.0.0.1', 0);
    const launch: Launch = {
      what: 'Fakery',
      program: process.execPath,
      args: [entry, 'is deaf', String(port), pki.serverCertFile, pki.serverKeyFile, folder],
      port,
      logFile: join(folder, 'stranger.log'),
      readyWithinMs: 20_000,
      keepsakes: [],
      version: () => 'Fakery 1',
    };
    const order = orderFor(pki, { serverCaFile: join(pki.dir, 'other-ca.pem') });
    await expect(startSpawned(launch, order)).rejects.toMatchObject({
      code: 'ERR_TARGET_ANSWER',
      message: expect.stringMatching(/its certificate does not hold for 'localhost'/),
    });
  });
});

test('a broker that does not end when asked is killed, with all that it has started', async () => {
  const program = '/bin/sh';
  const port = await freePort('127.0.0.1', 0);
  const line = `sleep 1000 & "$@"`;
  const broker = await start('is deaf', {
    program,
    args: [
      '-c',
      line,
      'sh',
      process.execPath,
      entry,
      'is deaf',
      String(port),
      pki.serverCertFile,
      pki.serverKeyFile,
    ],
    port,
  });
  const { threads } = await broker.snapshot();
  // The shell, sleep, and Node with its threads.
  expect(threads).toBeGreaterThan(3);
  await broker.stop();
  expect(isAlive(broker.pid ?? 0)).toBe(false);
  for (const pid of processesNaming(String(port))) await untilGone(pid);
});

test('a broker that answers nobody any more is told from one that does', async () => {
  const broker = await start('is deaf', { abrupt: true });
  expect(await broker.silence?.()).toBeNull();
  process.kill(broker.pid, 'SIGSTOP');
  expect(await broker.silence?.()).toMatch(
    /^Fakery: it accepts connections and does not answer a TLS ClientHello/,
  );
  await broker.stop();
  expect(isAlive(broker.pid)).toBe(false);
});

describe('a broker that is not on this machine', () => {
  test('is told as not installed, with what installs it', async () => {
    await expect(mochi.start(orderFor(pki, { brokersDir: folder }))).rejects.toMatchObject({
      code: 'ERR_TARGET_NOT_INSTALLED',
      message: `mochi-mqtt is not installed (there is no ${join(folder, 'mochi', 'mochi')}): \`npm run brokers:install -- mochi\` installs it`,
    });
    expect(findProgram('no-such-broker')).toBeUndefined();
  });

  test('nor is one that was built from an older program of ours', async () => {
    mkdirSync(join(folder, 'mochi'), { recursive: true });
    writeFileSync(join(folder, 'mochi', 'mochi'), '');
    writeFileSync(join(folder, 'mochi', 'sources'), 'another\n');
    await expect(mochi.start(orderFor(pki, { brokersDir: folder }))).rejects.toMatchObject({
      code: 'ERR_TARGET_NOT_INSTALLED',
      message: expect.stringContaining('was built from another program than targets/mochi is now'),
    });
  });

  test('HiveMQ says that Java is too old', async () => {
    mkdirSync(join(folder, 'hivemq', 'classes'), { recursive: true });
    writeFileSync(join(folder, 'hivemq', 'classes', 'CertificateExtension.class'), '');
    // As the script that installs it marks what it has built.
    const mark = 'export LC_ALL=C; cat ./* | sha256sum | cut -d " " -f 1';
    const cwd = new URL('../../targets/hivemq/', import.meta.url);
    writeFileSync(join(folder, 'hivemq', 'sources'), execFileSync('sh', ['-c', mark], { cwd }));
    const java = join(folder, 'java');
    writeFileSync(java, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
    chmodSync(java, 0o755);
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    try {
      await expect(hivemq.start(orderFor(pki, { brokersDir: folder }))).rejects.toMatchObject({
        code: 'ERR_TARGET_JAVA',
        message: expect.stringMatching(/^HiveMQ CE needs Java 17 or later, and .* is Java 11\.0\.2/),
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

test("Java is told where HiveMQ's properties are whatever the variant is called, and how to ask a responder", () => {
  const ocsp = { timeoutMs: 1_500, nonce: true, method: 'GET' } as const;
  const order = orderFor(pki, { revocation: 'ocsp', broker: { ...defaultBrokerSettings, ocsp } });
  expect(javaOptions(order, '/srv/ocsp%2BcrlEntries%3D0/java.security')).toEqual([
    '-Dcom.sun.net.ssl.checkRevocation=true',
    // A URL: of a path Java makes one that is decoded again.
    '-Djava.security.properties=file:///srv/ocsp%252BcrlEntries%253D0/java.security',
    '-Dcom.sun.security.ocsp.timeout=2',
    '-Dcom.sun.security.ocsp.useget=true',
    '-Djdk.security.certpath.ocspNonce=true',
  ]);
  expect(javaOptions(orderFor(pki), '/srv/java.security')).toEqual([]);
});

test("RabbitMQ's files are what it reads: Erlang terms, and a user for each client", () => {
  const order = orderFor(pki, {
    sessionTickets: true,
    revocation: 'crl-native',
    connectAuth: 'password-hash',
    users: { clientIds: ['a'], password: 'secret' },
  });
  expect(rabbitTlsConfiguration(order, 8883, null)).toContain('{ssl_crl_cache, {internal, [{http, 5000}]}}');
  expect(rabbitTlsConfiguration(order, 8883, '/with "quotes"')).toContain('{dir, "/with \\"quotes\\""}');
  const definitions = rabbitDefinitions(order);
  expect(JSON.parse(definitions).users.map(({ name }: { name: string }) => name)).toEqual(['a']);
  expect(definitions).not.toContain('secret');
});
