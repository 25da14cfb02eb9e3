import { createHash } from 'node:crypto';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { generate, parser } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { frame, WebSocketFraming } from '../../src/storm/drivers/websocket.ts';
import { type MqttVersion, protocolLevel } from '../../src/storm/mqtt-version.ts';
import type { SessionOrder } from '../../src/storm/order.ts';
import { type TestServer, tcpServer } from './servers.ts';
import { counts, expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none']);

/** MQTT over WebSocket over TLS, by the `ws` package; tells whom it saw and what they sent. */
function wssServer(
  status?: number,
  mqttVersion: MqttVersion = '3.1.1',
): { server: Promise<TestServer>; seen: Record<string, number> } {
  const protocolVersion = protocolLevel(mqttVersion);
  const { serverKey: key, serverCert: cert, serverCa: ca } = on.corpus;
  const https = createHttpsServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true });
  const seen: Record<string, number> = {};
  const count = (what: string) => {
    seen[what] = (seen[what] ?? 0) + 1;
  };
  const sockets = new WebSocketServer({
    server: https,
    path: '/mqtt',
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
    verifyClient: (_, decide) => decide(status === undefined, status),
  });
  sockets.on('connection', (socket: WebSocket) => {
    const packets = parser({ protocolVersion });
    socket.on('message', (bytes: Buffer) => packets.parse(bytes));
    socket.on('close', (code) => count(`close ${code}`));
    packets.on('packet', (packet) => {
      count(packet.cmd);
      const answer =
        packet.cmd === 'connect'
          ? generate(
              { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false },
              { protocolVersion },
            )
          : packet.cmd === 'publish'
            ? generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }, { protocolVersion })
            : undefined;
      // Once in two frames, as a server may.
      if (answer !== undefined) {
        socket.send(answer.subarray(0, 1), { fin: false });
        socket.send(answer.subarray(1), { fin: true });
      }
      if (packet.cmd === 'connect') socket.ping('are you there?');
    });
    socket.on('pong', (payload) => count(`pong ${payload.toString()}`));
  });
  const server = new Promise<TestServer>((resolve) => {
    https.listen(0, '127.0.0.1', () =>
      resolve({
        port: (https.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets.clients) socket.terminate();
            https.closeAllConnections();
            https.close(() => closed());
          }),
      }),
    );
  });
  return { server, seen };
}

describe('MQTT over WebSocket over TLS', () => {
  const talks: SessionOrder = {
    holdMs: 200,
    keepAliveMs: 60_000,
    publish: { rate: 20, qos: 1, bytes: 70_000, topic: 'a/{clientId}' },
    subscribe: [],
    ungraceful: 0,
  };

  it.each([
    ['node', '3.1.1'],
    ['node', 5],
    ['mqttjs', '3.1.1'],
    ['mqttjs', 5],
  ] as const)(
    'connects, publishes and leaves in good order, as the ws package sees it (%s, MQTT %s)',
    async (driver, mqttVersion) => {
      const { server, seen } = wssServer(undefined, mqttVersion);
      const { port } = await on.server(server);
      const opened = await on.storm({
        cohorts: [{ ...on.cohort('none'), driver, session: talks, mqttVersion }],
      });
      const { recording } = await opened.run(round(port, { transport: 'wss' })).done;
      expectBooksToBalance(recording);
      const { accepted } = counts(recording);
      expect(Object.keys(counts(recording))).toEqual(['accepted']);
      const { sessions, latency } = recording.cohorts[0] ?? {};
      expect(sessions?.cut).toBe(0);
      expect(sessions?.publish.count).toBeGreaterThan(0);
      expect(latency?.tlsHandshake.count).toBe(accepted);
      expect(seen).toMatchObject({
        connect: accepted,
        disconnect: accepted,
        [driver === 'node' ? 'close 1000' : 'close 1005']: accepted,
      });
      // MQTT.js closes without a code, which 1005 stands for (RFC 6455, 7.4.1).
      // Those that stayed had the time to answer.
      expect(seen['pong are you there?']).toBeGreaterThanOrEqual(sessions?.endedByClient ?? Infinity);
      expect(seen.publish).toBeGreaterThanOrEqual(sessions?.publish.count ?? Infinity);
    },
  );

  it.each([
    [403, 'closed HTTP 403'],
    [404, 'local-error the upgrade to WebSocket was answered with HTTP 404'],
  ])('that is answered with HTTP %i ends as %s', async (status, outcome) => {
    const { port } = await on.server(wssServer(status).server);
    const opened = await on.storm();
    const { recording } = await opened.run(round(port, { transport: 'wss', durationMs: 100 })).done;
    expect(counts(recording)).toEqual({ [outcome]: recording.started });
  });

  it('takes frames in whatever pieces they come', () => {
    const unmasked = (payload: Buffer): Buffer => {
      const masked = frame(payload);
      const head = masked.length - payload.length;
      const out = Buffer.concat([masked.subarray(0, head - 4), payload]);
      out[1] = (out[1] ?? 0) & 0x7f;
      return out;
    };
    const payload = fc
      .oneof(fc.nat(200), fc.constantFrom(125, 126, 65_535, 65_536))
      .map((size) => Buffer.alloc(size, size));
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 5 }), fc.array(fc.nat(50_000)), (payloads, cuts) => {
        const framing = new WebSocketFraming('localhost', 1, '/mqtt');
        const key = /Sec-WebSocket-Key: (\S+)/.exec(framing.opening.toString())?.[1] ?? '';
        const upgrade = `HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`;
        const stream = Buffer.concat([Buffer.from(upgrade), ...payloads.map(unmasked)]);
        const seen: Buffer[] = [];
        let upgrades = 0;
        let at = 0;
        for (const size of [...cuts, stream.length]) {
          const end = framing.take(stream.subarray(at, at + size), {
            upgraded: () => upgrades++,
            data: (bytes) => seen.push(Buffer.from(bytes)),
            reply: () => {},
          });
          expect(end).toBeUndefined();
          at += size;
        }
        expect(upgrades).toBe(1);
        expect(Buffer.concat(seen)).toEqual(Buffer.concat(payloads));
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, string, RegExp]>([
    ['another answer than HTTP', 'MQTT says no\r\n\r\n', /no HTTP/],
    [
      'an answer for another request',
      'HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: x\r\n\r\n',
      /for another one/,
    ],
  ])('gives up at %s', (_, head, reason) => {
    const framing = new WebSocketFraming('localhost', 1, '/mqtt');
    const end = framing.take(Buffer.from(head), { upgraded() {}, data() {}, reply() {} });
    expect(end).toMatchObject({ kind: 'broken', reason: expect.stringMatching(reason) });
  });
});

describe('MQTT over plain TCP', () => {
  it('has no handshake: none is timed, none is negotiated, and a silent broker is one that owes its CONNACK', async () => {
    const { port } = await on.server(
      tcpServer((socket) => {
        socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0])));
        socket.once('end', () => socket.end());
      }),
    );
    const silent = await on.server(tcpServer(() => {}));
    const opened = await on.storm({ presentCertificates: false });
    const { recording } = await opened.run(round(port, { transport: 'tcp' })).done;
    expectBooksToBalance(recording);
    const { latency, negotiated, bytesSent = 0, bytesReceived } = recording.cohorts[0] ?? {};
    expect(counts(recording)).toEqual({ accepted: recording.started });
    expect(latency?.tlsHandshake.count).toBe(0);
    expect(latency?.authenticated.count).toBe(recording.started);
    expect(negotiated?.protocol).toEqual({});
    expect(bytesReceived).toBe(recording.started * 4);
    expect(bytesSent).toBeGreaterThan(recording.started * 14);
    const order = { transport: 'tcp', durationMs: 100, attemptTimeoutMs: 150 } as const;
    const waited = (await opened.run(round(silent.port, order)).done).recording;
    expect(counts(waited)).toEqual({ 'timeout connack': waited.started });
  });
});

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
