import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/config.ts';
import { databaseKind } from '../../src/broker/connect-auth/database/index.ts';
import type { RunningTarget } from '../../src/targets/target.ts';
import { isUp, postgresPort, redisPort } from './databases-up.ts';
import { openRelay, type Relay } from './relay.ts';
import { countsOf, settledSnapshot, startBroker } from './test-broker.ts';
import { attemptConnect, clientOptions } from './test-client.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';

const password = 'correct horse';
const users = { clientIds: ['device-1', "o'brien; DROP TABLE x", 'gerät/+#'], password };
const kinds = [
  { kind: 'sqlite', up: true, upstream: 0, url: null, why: '' },
  {
    kind: 'postgres',
    up: await isUp(postgresPort),
    upstream: postgresPort,
    url: (port: number) => `postgres://certstorm@127.0.0.1:${port}/certstorm`,
    why: ' (skipped where PostgreSQL is not up: npm run services:up)',
  },
  {
    kind: 'redis',
    up: await isUp(redisPort),
    upstream: redisPort,
    url: (port: number) => `redis://127.0.0.1:${port}`,
    why: ' (skipped where Redis is not up: npm run services:up)',
  },
];
let pki: TestPki;
let clients = 0;

beforeAll(() => {
  pki = makeTestPki();
});
afterAll(() => pki.remove());

describe.each(kinds)('users in $kind', ({ kind, up, upstream, url, why }) => {
  let broker: RunningTarget;
  let relay: Relay | undefined;

  const settings = (changes = {}) => ({
    ...defaultBrokerSettings,
    database: {
      ...defaultBrokerSettings.database,
      kind,
      url: relay === undefined || url === null ? null : url(relay.port),
      pool: 3,
      timeoutMs: 500,
      ...changes,
    },
  });
  const attempt = (
    target: RunningTarget,
    source: string,
    credentials: { userName?: string; password?: string },
  ) =>
    attemptConnect(target.address, {
      ...clientOptions(pki, pki.clients.good),
      localAddress: `${source}.1`,
      // A second session of one name would end the first.
      clientId: `client-${++clients}`,
      ...credentials,
    });

  beforeAll(async () => {
    if (!up) return;
    relay = upstream === 0 ? undefined : await openRelay(upstream);
    broker = await startBroker(pki, { connectAuth: 'database', users, broker: settings() });
  });
  afterAll(async () => {
    await broker?.stop();
    await relay?.cut();
  });

  test.skipIf(!up)(`each gets what it should, and the database counts each lookup${why}`, async () => {
    const [asked] = broker.asked ?? [];
    const before = await asked?.snapshot();
    const answers = await Promise.all([
      ...users.clientIds.map((userName) => attempt(broker, '127.40.0', { userName, password })),
      attempt(broker, '127.40.1', { userName: 'device-1', password: 'guess' }),
      attempt(broker, '127.40.1', { userName: 'nobody', password }),
      attempt(broker, '127.40.1', { userName: '', password }),
      attempt(broker, '127.40.2', {}),
    ]);
    expect(answers).toEqual([0, 0, 0, 4, 4, 4, 5]);
    const settled = await settledSnapshot(broker, answers.length);
    expect(countsOf(settled, '127.40.0')).toEqual({ 'accepted accepted': 3 });
    expect(countsOf(settled, '127.40.1')).toEqual({ 'refused connect bad_user_name_or_password': 3 });
    expect(countsOf(settled, '127.40.2')).toEqual({ 'refused connect not_authorized': 1 });
    if (kind === 'sqlite') return expect(broker.asked).toEqual([]);
    const after = await asked?.snapshot();
    expect((after?.requests.lookup ?? 0) - (before?.requests.lookup ?? 0)).toBe(6);
    if (kind === 'postgres') expect(after?.answers).toMatchObject({ found: 4 });
    expect(after?.cpuMs).toBeGreaterThanOrEqual(before?.cpuMs ?? 0);
    expect(after?.rssBytes).toBeGreaterThan(2 ** 20);
  });

  test.skipIf(!up || upstream === 0)(
    `while it is away clients are told server unavailable, counted so, and served again when it is back${why}`,
    async () => {
      await relay?.cut();
      const credentials = { userName: 'device-1', password };
      expect(await attempt(broker, '127.41.0', credentials)).toBe(3);
      await relay?.restore();
      // The clients of the database try again by themselves.
      let code = await attempt(broker, '127.41.1', credentials);
      while (code === 3) code = await attempt(broker, '127.41.1', credentials);
      expect(code).toBe(0);
      const counts = countsOf(await settledSnapshot(broker, 1), '127.41.0');
      expect(counts).toEqual({ 'refused connect server_unavailable': 1 });
    },
  );

  test.skipIf(!up || kind !== 'redis')(`fail-open lets in, and counts whom${why}`, async () => {
    const open = await startBroker(pki, {
      connectAuth: 'database',
      users,
      broker: settings({ onUnavailable: 'fail-open' }),
    });
    try {
      await relay?.cut();
      expect(await attempt(open, '127.42.0', { userName: 'device-1', password: 'guess' })).toBe(0);
      expect(countsOf(await settledSnapshot(open, 1), '127.42.0')).toEqual({ 'accepted failed_open': 1 });
    } finally {
      await relay?.restore();
      await open.stop();
    }
  });

  test.skipIf(!up)(`nothing is left behind, and no password is in the rows${why}`, async () => {
    const before = await left(kind);
    expect(before).not.toEqual([]);
    const file = join(pki.dir, 'work', 'users.sqlite');
    if (kind === 'sqlite') {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file).includes(password)).toBe(false);
      return;
    }
    await broker.stop();
    expect(await left(kind)).toEqual([]);
  });

  /** Tables or keys that this process has made. */
  async function left(which: string): Promise<string[]> {
    const mine = `certstorm_${process.pid}_`;
    const lines = (command: string, args: string[]) =>
      execFileSync(command, args, { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.startsWith(mine));
    if (which === 'sqlite') return ['users.sqlite'];
    if (which === 'redis')
      return lines('redis-cli', ['-p', String(redisPort), '--scan', '--pattern', `${mine}*`]);
    const query = 'SELECT tablename FROM pg_tables';
    return lines('psql', ['-h', '127.0.0.1', '-p', String(postgresPort), '-U', 'certstorm', '-Atc', query]);
  }
});

test('a database that is not there is named, with the way to start it, and no broker stays behind', async () => {
  const database = { ...defaultBrokerSettings.database, kind: 'postgres', url: 'postgres://x@127.0.0.1:1/x' };
  const started = startBroker(pki, {
    connectAuth: 'database',
    users,
    broker: { ...defaultBrokerSettings, database },
  });
  await expect(started).rejects.toMatchObject({
    code: 'ERR_TARGET_NOT_INSTALLED',
    message: expect.stringContaining('npm run services:up'),
  });
  const redis = databaseKind('redis').fill('redis://127.0.0.1:1', 't', new Map());
  await expect(redis).rejects.toMatchObject({ code: 'ERR_BROKER_DATABASE_DOWN' });
});
