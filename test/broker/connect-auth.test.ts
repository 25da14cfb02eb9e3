import { readFile, stat } from 'node:fs/promises';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/config.ts';
import {
  passwordAlgorithm,
  passwordAlgorithms,
  readPasswordRecord,
} from '../../src/broker/connect-auth/hashes/index.ts';
import { prepareConnectAuth } from '../../src/broker/connect-auth/index.ts';
import { parseUsersFile } from '../../src/pki/credentials/users-file.ts';
import type { OwnTarget } from '../../src/targets/target.ts';
import { countsOf, settledSnapshot, startBroker } from './test-broker.ts';
import { attemptConnect, clientOptions } from './test-client.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';

const password = 'correct horse';
let pki: TestPki;

beforeAll(() => {
  pki = makeTestPki();
});

afterAll(() => pki.remove());

describe('a broker that checks passwords', () => {
  let broker: OwnTarget;

  beforeAll(async () => {
    broker = await startBroker(pki, {
      connectAuth: 'password-hash',
      // A tenth of the memory and time that OWASP's cost takes, and still many times a handshake.
      broker: { ...defaultBrokerSettings, password: { algorithm: 'scrypt', cost: 14, queue: 1000 } },
      users: { clientIds: ['device-1', 'device-2'], password },
    });
  });

  afterAll(() => broker.stop());

  /** CPU of the broker for one refused attempt, milliseconds. */
  async function cost(credentials: { userName?: string; password?: string }): Promise<number> {
    const before = await broker.snapshot();
    await attemptConnect(broker.address, { ...clientOptions(pki, pki.clients.good), ...credentials });
    const after = await settledSnapshot(broker, (before.connections ?? 0) + 1);
    return after.cpuUserMs + after.cpuSystemMs - before.cpuUserMs - before.cpuSystemMs;
  }

  test.each([
    ['right', '127.30.0.1', { userName: 'device-2', password }, 0, 'accepted accepted'],
    [
      'wrong',
      '127.30.1.1',
      { userName: 'device-1', password: 'guess' },
      4,
      'refused connect bad_user_name_or_password',
    ],
    [
      'of an unknown user',
      '127.30.2.1',
      { userName: 'device-3', password },
      4,
      'refused connect bad_user_name_or_password',
    ],
    ['none', '127.30.3.1', {}, 5, 'refused connect not_authorized'],
  ])('credentials %s: CONNACK and count', async (_, localAddress, credentials, code, counted) => {
    const before = (await broker.snapshot()).connections ?? 0;
    const options = { ...clientOptions(pki, pki.clients.good), ...credentials, localAddress };
    expect(await attemptConnect(broker.address, options)).toBe(code);
    const source = localAddress.slice(0, localAddress.lastIndexOf('.'));
    expect(countsOf(await settledSnapshot(broker, before + 1), source)).toEqual({ [counted]: 1 });
  });

  test('an unknown user costs a hash like a known one, no credentials cost none', async () => {
    const known = await cost({ userName: 'device-1', password: 'guess' });
    const unknown = await cost({ userName: 'nobody', password: 'guess' });
    const none = await cost({});
    expect(unknown).toBeGreaterThan(known / 2);
    expect(none).toBeLessThan(known / 2);
  });

  test('what is queued for clients that have left is dropped, and each of them is counted', async () => {
    const oneMs = await cost({ userName: 'device-1', password: 'guess' });
    const before = await broker.snapshot();
    const crowd = 30;
    const options = { ...clientOptions(pki, pki.clients.good), localAddress: '127.31.0.1' };
    // Wrong passwords: whoever's hash is done before it leaves is refused at CONNECT, the others have left.
    const sockets: { destroy(): void }[] = [];
    const attempts = Array.from({ length: crowd }, (_, index) =>
      attemptConnect(broker.address, {
        ...options,
        clientId: `crowd-${index}`,
        userName: 'device-1',
        password: 'guess',
        sent: (socket) => sockets.push(socket),
      }),
    );
    while (sockets.length < crowd) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const socket of sockets) socket.destroy();
    await Promise.all(attempts);
    const settled = await settledSnapshot(broker, (before.connections ?? 0) + crowd);
    const counts = Object.entries(countsOf(settled, '127.31.0'));
    const sum = (verdict: string) =>
      counts.reduce((n, [key, count]) => (key.startsWith(verdict) ? n + count : n), 0);
    expect(sum('refused connect bad_user_name_or_password') + sum('abandoned connect-')).toBe(crowd);
    // The next client is not served behind thirty hashes.
    expect(await attemptConnect(broker.address, { ...options, userName: 'device-1', password })).toBe(0);
    const spentMs = (await broker.snapshot()).cpuUserMs - before.cpuUserMs;
    expect(spentMs).toBeLessThan((crowd / 2) * oneMs);
  });

  test('MQTT.js with the right password publishes to itself, with the wrong one it is told why', async () => {
    const { host, port } = broker.address;
    const tls = { ...clientOptions(pki, pki.clients.good), reconnectPeriod: 0, clientId: 'mqttjs' };
    const right = await mqtt.connectAsync(`mqtts://${host}:${port}`, {
      ...tls,
      username: 'device-1',
      password,
    });
    await right.subscribeAsync('devices/1/state', { qos: 1 });
    const received = new Promise((resolve) =>
      right.once('message', (topic, payload) => resolve([topic, `${payload}`])),
    );
    await right.publishAsync('devices/1/state', 'on', { qos: 1 });
    expect(await received).toEqual(['devices/1/state', 'on']);
    await right.endAsync();
    const wrong = mqtt.connectAsync(`mqtts://${host}:${port}`, {
      ...tls,
      username: 'device-1',
      password: 'guess',
    });
    await expect(wrong).rejects.toMatchObject({ code: 4 });
  });
});

test.each(passwordAlgorithms.map(({ name }) => name))(
  'a record of %s verifies one password only, names no other, and is salted',
  async (name) => {
    const cheap = { cost: 4, memoryKiB: 64, passes: 1 };
    const { hash } = passwordAlgorithm(name);
    const text = await hash(password, cheap);
    expect(text).not.toContain(password);
    expect(await hash(password, cheap)).not.toBe(text);
    const record = readPasswordRecord(text);
    expect(await record?.verify(Buffer.from(password))).toBe(true);
    expect(await record?.verify(Buffer.from(`${password} `))).toBe(false);
    expect(await record?.verify(Buffer.alloc(0))).toBe(false);
  },
);

test('the defaults are the parameters that OWASP names', async () => {
  expect(await passwordAlgorithm('scrypt').hash(password, {})).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$/);
  expect(await passwordAlgorithm('argon2id').hash(password, {})).toMatch(
    /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/,
  );
  expect(await passwordAlgorithm('bcrypt').hash(password, {})).toMatch(/^\$2[aby]\$10\$/);
});

test.each([
  '',
  '$scrypt$ln=17,r=8,p=1$c2FsdA$',
  '$2b$10$abc',
  '$sha256$c2FsdHNhbHRzYQ$short',
  '$scrypt$ln=x,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
])('no password record: %j', (text) => expect(readPasswordRecord(text)).toBeNull());

test('the users file is for its owner only, holds no password, and is checked when it is read', async () => {
  const users = { clientIds: ['a', 'b\n"c"'], password };
  const { usersFile } = await prepareConnectAuth('memory', {
    users,
    workDir: pki.dir,
    settings: defaultBrokerSettings,
  });
  const path = usersFile ?? '';
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const text = await readFile(path, 'utf8');
  expect(text).not.toContain(password);
  expect([...(parseUsersFile(text)?.keys() ?? [])]).toEqual(users.clientIds);
  expect(parseUsersFile('{"schema":"certstorm/users@1","users":[["a"]]}')).toBeNull();
  expect(parseUsersFile('no JSON')).toBeNull();
});
