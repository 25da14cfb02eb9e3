import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/config.ts';
import { requestFormatNames } from '../../src/broker/connect-auth/webservice/index.ts';
import { openAuthService, usersOf } from '../../src/services/index.ts';
import type { OpenService } from '../../src/services/service.ts';
import type { RunningTarget } from '../../src/targets/target.ts';
import { countsOf, settledSnapshot, startBroker } from './test-broker.ts';
import { attemptConnect, clientOptions } from './test-client.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';

const password = 'c&rrect=hörse+%';
const userName = 'gerät 1&x="\\';
let pki: TestPki;
let clients = 0;
let service: OpenService;

beforeAll(async () => {
  pki = makeTestPki();
  const users = usersOf([userName], password);
  service = await openAuthService({ host: '127.0.0.1', port: 0, users, faults: [] });
});
afterAll(async () => {
  await service.close();
  pki.remove();
});

function start(changes = {}): Promise<RunningTarget> {
  return startBroker(pki, {
    connectAuth: 'webservice',
    services: { ocspUrl: null, crlUrl: null, authUrl: `http://127.0.0.1:${service.port}/` },
    broker: {
      ...defaultBrokerSettings,
      webservice: { ...defaultBrokerSettings.webservice, timeoutMs: 400, pool: 4, ...changes },
    },
  });
}

const attempt = (
  broker: RunningTarget,
  source: string,
  credentials: { userName?: string; password?: string },
) =>
  attemptConnect(broker.address, {
    ...clientOptions(pki, pki.clients.good),
    localAddress: `${source}.1`,
    // A second session of one name would end the first.
    clientId: `client-${++clients}`,
    ...credentials,
  });

describe.each(requestFormatNames)('a broker that asks by %s', (format) => {
  test('each client gets what it should; broker and service count the same', async () => {
    const broker = await start({ format });
    try {
      const before = service.snapshot();
      const answers = await Promise.all([
        ...[1, 2, 3].map(() => attempt(broker, '127.43.0', { userName, password })),
        ...[1, 2].map(() => attempt(broker, '127.43.1', { userName, password: 'guess' })),
        attempt(broker, '127.43.1', { userName: 'nobody', password }),
        attempt(broker, '127.43.2', {}),
      ]);
      expect(answers).toEqual([0, 0, 0, 4, 4, 4, 5]);
      const settled = await settledSnapshot(broker, answers.length);
      expect(countsOf(settled, '127.43.0')).toEqual({ 'accepted accepted': 3 });
      expect(countsOf(settled, '127.43.1')).toEqual({ 'refused connect bad_user_name_or_password': 3 });
      const after = service.snapshot();
      const more = (name: string) => (after.answers[name] ?? 0) - (before.answers[name] ?? 0);
      expect([more('allow'), more('deny')]).toEqual([3, 3]);
      expect((after.requests.POST ?? 0) - (before.requests.POST ?? 0)).toBe(6);
    } finally {
      await broker.stop();
    }
  });
});

describe('a service that fails', () => {
  let broker: RunningTarget;
  beforeAll(async () => {
    broker = await start({ pool: 2, queue: 1 });
  });
  afterAll(() => broker.stop());

  test.each(
    ['refuse', 'hang', 'http-error=503', 'html', 'garbage', 'drop=10', 'large-body'].map((fault, index) => ({
      fault,
      source: `127.44.${index}`,
    })),
  )(
    '$fault: CONNACK 3, counted as server unavailable; afterwards all is as before',
    async ({ fault, source }) => {
      await service.setFaults([fault]);
      expect(await attempt(broker, source, { userName, password })).toBe(3);
      await service.setFaults([]);
      expect(await attempt(broker, '127.44.200', { userName, password })).toBe(0);
      const counts = countsOf(await settledSnapshot(broker, 1), source);
      expect(counts).toEqual({ 'refused connect server_unavailable': 1 });
    },
  );

  test('a full queue is told at once, and a late answer within the time limit is an answer', async () => {
    await service.setFaults(['delay=150ms']);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => attempt(broker, '127.45.0', { userName, password })),
    );
    await service.setFaults([]);
    // Two at a time and one that waits; the others find the queue full, unless they came so late that somebody was through.
    expect(answers).toContain(0);
    expect(answers).toContain(3);
    expect(answers.every((code) => code === 0 || code === 3)).toBe(true);
  });

  test('fail-open lets in, and counts whom', async () => {
    const open = await start({ onUnavailable: 'fail-open' });
    try {
      await service.setFaults(['refuse']);
      expect(await attempt(open, '127.46.0', { userName, password: 'guess' })).toBe(0);
      expect(countsOf(await settledSnapshot(open, 1), '127.46.0')).toEqual({ 'accepted failed_open': 1 });
    } finally {
      await service.setFaults([]);
      await open.stop();
    }
  });
});
