import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/metrics/recorder.ts';
import { drivers } from '../../src/storm/drivers/index.ts';
import { type AttemptSettings, attempt, client, type Told } from './attempt-once.ts';
import { bundledBroker, type TestServer, tcpServer, tlsServer } from './servers.ts';
import { stage } from './stage.ts';

const on = stage(['none', 'revoked', 'expired']);
const able = drivers.filter(({ transports }) => transports.includes('wss')).map(({ name }) => name);

/** What each driver that speaks WebSocket tells of an attempt with an identity of this cohort. */
async function byDriver(
  { port }: TestServer,
  cohort = 'none',
  settings: AttemptSettings = {},
): Promise<[driver: string, told: Told][]> {
  const [identity] = on.corpus.identities(cohort);
  if (identity === undefined) throw new Error(`no identity in ${cohort}`);
  const told: [string, Told][] = [];
  for (const driver of able) {
    const all: AttemptSettings = { ...settings, driver, transport: 'wss' };
    told.push([driver, await attempt(client(on.corpus, identity, all), port, all)]);
  }
  return told;
}

it('node and mqttjs speak MQTT over WebSocket', () => {
  expect(able).toEqual(['node', 'mqttjs']);
});

describe('at the bundled broker over WebSocket', () => {
  let broker: TestServer;
  beforeAll(async () => {
    broker = await bundledBroker(on.corpus, 'wss');
  });
  afterAll(() => broker.close());

  it('a good client is let in, each phase timed in its order and the bytes of its TCP connection counted', async () => {
    const settings = { sourceAddress: '127.7.6.5', serverName: 'localhost' };
    for (const [driver, told] of await byDriver(broker, 'none', settings)) {
      expect(told.outcome, driver).toEqual({ kind: 'accepted', detail: '' });
      expect(told.outcomes, driver).toBe(1);
      const { connectedMs = NaN, securedMs = NaN, endMs = NaN } = told;
      expect(connectedMs, driver).toBeLessThan(securedMs);
      expect(securedMs, driver).toBeLessThan(endMs);
      // A ClientHello, a certificate, an upgrade and a CONNECT: more than TLS alone, and on the wire rather than within TLS.
      expect(told.bytesSent, driver).toBeGreaterThan(1_300);
      expect(told.bytesReceived, driver).toBeGreaterThan(1_300);
    }
  });

  it.each(['revoked', 'expired'])(
    'a client whose certificate is %s is refused alike by all',
    async (cohort) => {
      const told = await byDriver(broker, cohort);
      const [first] = told;
      expect(first?.[1].outcome?.kind).not.toBe('accepted');
      for (const [driver, { outcome, securedMs }] of told) {
        expect(outcome, driver).toEqual(first?.[1].outcome);
        expect(securedMs, driver).toBeDefined();
      }
    },
  );

  it('a server that is another than the one that is meant is not believed', async () => {
    for (const [driver, told] of await byDriver(broker, 'none', { serverName: 'elsewhere.example' })) {
      expect(told.outcome, driver).toEqual({
        kind: 'local-error',
        detail: expect.stringMatching(/^server not trusted: /),
      });
      expect(told.securedMs, driver).toBeUndefined();
    }
  });

  it('one that was cut off tells nothing any more, and its socket is gone', async () => {
    for (const [driver, told] of await byDriver(broker, 'none', { onStart: (it) => it.destroy() }))
      expect(told.outcome, driver).toBeUndefined();
  });
});

describe('whatever a server does with the upgrade, all drivers tell the same of it', () => {
  const answering = (answer: (key: string) => string, then: (socket: TLSSocket) => void = () => {}) =>
    tlsServer(on.corpus, (socket) => {
      socket.once('data', (head: Buffer) => {
        const key = /sec-websocket-key: (\S+)/i.exec(head.toString())?.[1] ?? '';
        socket.write(answer(key));
        then(socket);
      });
    });
  const acceptOf = (key: string) =>
    createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const upgrade = (key: string) =>
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`;

  const situations: [what: string, start: () => Promise<TestServer>, outcome: Partial<Outcome>][] = [
    [
      '401',
      () => answering(() => 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
      { kind: 'closed', detail: 'HTTP 401' },
    ],
    [
      '500',
      () => answering(() => 'HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n'),
      { kind: 'local-error', detail: 'the upgrade to WebSocket was answered with HTTP 500' },
    ],
    ['no HTTP at all', () => answering(() => '220 mail.example ESMTP\r\n\r\n'), { kind: 'local-error' }],
    ['an answer to somebody else', () => answering(() => upgrade('nobody')), { kind: 'local-error' }],
    [
      'the end of the connection',
      () =>
        answering(
          () => '',
          (socket) => socket.end(),
        ),
      { kind: 'closed', detail: 'EOF' },
    ],
    [
      'a close frame in place of a CONNACK',
      () => answering(upgrade, (socket) => socket.write(Buffer.from([0x88, 2, 3, 0xe8]))),
      { kind: 'closed', detail: 'EOF' },
    ],
    [
      'a frame that is masked',
      () =>
        answering(upgrade, (socket) => socket.write(Buffer.from([0x82, 0x84, 0, 0, 0, 0, 0x20, 2, 0, 0]))),
      { kind: 'local-error' },
    ],
    [
      'a CONNACK that refuses',
      () => answering(upgrade, (socket) => socket.write(Buffer.from([0x82, 4, 0x20, 2, 0, 5]))),
      { kind: 'connack-refused', detail: 'not authorized (5)' },
    ],
    [
      'another packet than a CONNACK',
      () => answering(upgrade, (socket) => socket.write(Buffer.from([0x82, 2, 0xd0, 0]))),
      { kind: 'local-error', detail: 'answer is no CONNACK' },
    ],
    [
      'the end of a handshake that never was',
      () => tcpServer((socket) => socket.once('data', () => socket.end())),
      { kind: 'closed', detail: 'EOF' },
    ],
    [
      'a reset',
      () => tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
      { kind: 'reset', detail: 'ECONNRESET' },
    ],
  ];

  it.each(situations)('%s', async (_, start, outcome) => {
    const server = await start();
    const told = await byDriver(server);
    await server.close();
    for (const [driver, each] of told) {
      expect(each.outcome, driver).toMatchObject(outcome);
      expect(each.outcomes, driver).toBe(1);
    }
  });
});
