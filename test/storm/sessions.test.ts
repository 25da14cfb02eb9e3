import { constants } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { driverNames } from '../../src/storm/drivers/index.ts';
import type { SessionOrder } from '../../src/storm/order.ts';
import { acceptAll, bundledBroker, tlsServer } from './servers.ts';
import { counts, expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none']);
const drivers = driverNames;
const quiet: SessionOrder = {
  holdMs: Infinity,
  keepAliveMs: 60_000,
  publish: null,
  subscribe: [],
  ungraceful: 0,
};

const cohort = (driver: string, session: Partial<SessionOrder>, name = driver) => ({
  ...on.cohort('none'),
  name,
  driver,
  session: { ...quiet, ...session },
});

/** An MQTT server that answers what a client needs, but for `mute`; tells what it was sent and keeps the sockets. */
function mqttServer(mute: readonly string[] = []) {
  const seen: Record<string, number> = {};
  const sockets = new Set<TLSSocket>();
  const server = tlsServer(on.corpus, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => {
      seen[packet.cmd] = (seen[packet.cmd] ?? 0) + 1;
      if (mute.includes(packet.cmd)) return;
      if (packet.cmd === 'connect')
        socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
      if (packet.cmd === 'pingreq') socket.write(generate({ cmd: 'pingresp' }));
      if (packet.cmd === 'publish' && packet.qos === 1)
        socket.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
      if (packet.cmd === 'disconnect') socket.end();
    });
    socket.on('data', (bytes) => packets.parse(bytes));
  });
  return { server, seen, sockets };
}

describe('held sessions', () => {
  it('of both drivers ping, publish with QoS 1 and receive what they subscribed to, on a real broker', async () => {
    const broker = await on.server(bundledBroker(on.corpus));
    const talks: Partial<SessionOrder> = {
      publish: { rate: 10, qos: 1, bytes: 200, topic: 'up/{clientId}' },
      subscribe: ['up/{clientId}'],
    };
    const cohorts = [
      { ...cohort('node', talks), identities: on.corpus.identities('none').slice(0, 20) },
      { ...cohort('wire', { keepAliveMs: 400 }), identities: on.corpus.identities('none').slice(20) },
    ];
    const opened = await on.storm({ cohorts });
    const { recording } = await opened.run(
      round(broker.port, {
        weights: [1, 1],
        schedule: { model: 'constant-arrival-rate', rate: 30 },
        durationMs: 1_500,
      }),
    ).done;
    expectBooksToBalance(recording);
    const [node, wire] = recording.cohorts.map(({ sessions }) => sessions);
    for (const [index, sessions] of [node, wire].entries()) {
      const accepted = counts(recording, index).accepted;
      expect(accepted).toBeGreaterThan(5);
      expect(sessions?.endedByClient).toBe(0);
      expect(sessions?.peak).toBeGreaterThanOrEqual(sessions?.atEnd ?? Infinity);
      // On a machine with other work a ping may wait for too long, and an attempt may end after the window.
      expect(sessions?.cut).toBe(sessions?.missedPings);
      expect(sessions?.opened).toBe((sessions?.atEnd ?? 0) + (sessions?.cut ?? 0));
      expect(sessions?.opened).toBeLessThanOrEqual(accepted ?? 0);
      expect(recording.timeline.cohorts[index]?.held.at(-1)).toBe(sessions?.atEnd);
    }
    expect(node?.published).toBeGreaterThan(20);
    expect(node?.publish.count).toBeGreaterThan((node?.published ?? 0) * 0.7);
    expect(node?.received).toBeGreaterThan((node?.published ?? 0) * 0.7);
    expect(wire?.pings).toBeGreaterThan(3);
    expect(wire?.published).toBe(0);
  });

  it.each(drivers)('that the target ends (%s) are cut, and counted from the mark on', async (driver) => {
    const { server, sockets } = mqttServer();
    const { port } = await on.server(server);
    const opened = await on.storm({ cohorts: [cohort(driver, {})] });
    const run = opened.run(round(port, { durationMs: 60_000, schedule: { model: 'constant-vus', vus: 12 } }));
    while (run.progress().finished < 12) await delay(5);
    const markMs = run.mark(0);
    for (const socket of [...sockets].slice(0, 9)) socket.destroy();
    // Each virtual user whose session was cut comes back.
    while (run.progress().finished < 21) await delay(5);
    run.stop();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    const { sessions, afterMark } = recording.cohorts[0] ?? {};
    expect(sessions).toMatchObject({ opened: 21, cut: 9, atEnd: 12, endedByClient: 0, peak: 12 });
    expect(afterMark).toMatchObject({ sessionsCut: 9, sessionsKept: 3, accepted: 9 });
    expect(afterMark?.firstCutMs).toBeGreaterThanOrEqual(0);
    expect(sessions?.lastCutMs).toBe(markMs + (afterMark?.lastCutMs ?? NaN));
  });

  it('end when their time is up: with DISCONNECT, or for the ungraceful ones without', async () => {
    const { server, seen } = mqttServer();
    const { port } = await on.server(server);
    const cohorts = [
      {
        ...cohort('node', { holdMs: 150, ungraceful: 1 }),
        identities: on.corpus.identities('none').slice(0, 20),
      },
      { ...cohort('wire', { holdMs: 150 }), identities: on.corpus.identities('none').slice(20) },
    ];
    const opened = await on.storm({ cohorts });
    const run = opened.run(round(port, { weights: [1, 1], durationMs: 60_000 }));
    while ((seen.disconnect ?? 0) < 5 || (seen.connect ?? 0) < 30) await delay(10);
    await delay(200);
    run.stop();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    const [abrupt, polite] = recording.cohorts.map(({ sessions }) => sessions);
    expect(abrupt?.endedByClient).toBeGreaterThan(0);
    expect(polite?.endedByClient).toBeGreaterThan(0);
    for (const sessions of [abrupt, polite])
      expect(sessions?.opened).toBe((sessions?.endedByClient ?? 0) + (sessions?.atEnd ?? 0));
    // Whoever is let in after the window leaves at once, and politely.
    const late = (counts(recording, 0).accepted ?? 0) - (abrupt?.opened ?? 0);
    while ((seen.disconnect ?? 0) < (counts(recording, 1).accepted ?? 0) + late) await delay(10);
    await delay(20);
    expect(seen.disconnect).toBe((counts(recording, 1).accepted ?? 0) + late);
    // Held clients are in use: whoever arrives meanwhile finds fewer, and some arrivals none.
    expect(abrupt?.peak).toBeLessThanOrEqual(20);
  });

  it('without an answer to their ping are given up, and counted', async () => {
    const { server, seen } = mqttServer(['pingreq']);
    const { port } = await on.server(server);
    const opened = await on.storm({ cohorts: [cohort('node', { keepAliveMs: 100 })] });
    const schedule = { model: 'constant-arrival-rate', rate: 40 } as const;
    const run = opened.run(round(port, { schedule, durationMs: 60_000 }));
    // Each pings once, and is gone as long after that.
    while ((seen.pingreq ?? 0) < 5) await delay(10);
    await delay(400);
    run.stop();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    const { sessions } = recording.cohorts[0] ?? {};
    expect(sessions?.missedPings).toBeGreaterThan(0);
    expect(sessions?.cut).toBe(sessions?.missedPings);
  });
});

describe('resumption', () => {
  it.each(drivers)(
    'offers the newest ticket once, and counts what was really resumed (%s)',
    async (driver) => {
      let resumed = 0;
      const { port } = await on.server(
        tlsServer(
          on.corpus,
          (socket) => {
            if (socket.isSessionReused()) resumed++;
            acceptAll(socket);
          },
          { sessionTimeout: 77 },
        ),
      );
      const cohorts = [{ ...on.cohort('none', 5), driver, resumption: 1 }];
      const opened = await on.storm({ workers: 1, cohorts });
      const schedule = { model: 'constant-arrival-rate', rate: 40 } as const;
      const order = round(port, { schedule, durationMs: 1_000 });
      const { recording } = await opened.run(order).done;
      const { negotiated, started } = recording.cohorts[0] ?? {};
      expect(counts(recording)).toEqual({ accepted: started });
      expect(started).toBeGreaterThan(10);
      // Each of the five had no ticket at its first attempt.
      expect(negotiated?.resumed).toBe((started ?? 0) - 5);
      expect(resumed).toBe(negotiated?.resumed);
      expect(negotiated?.protocol).toEqual({ 'TLSv1.3': started });
      expect(negotiated?.group).toEqual({ X25519: started });
      expect(negotiated?.alpn).toEqual({ none: started });
      expect(negotiated?.ticketLifetimeS).toEqual({ 77: negotiated?.resumed });

      const again = await opened.run({ ...order, tickets: 'kept' }).done;
      expect(again.recording.cohorts[0]?.negotiated.resumed).toBe(again.recording.started);
      const anew = await opened.run(order).done;
      expect(anew.recording.cohorts[0]?.negotiated.resumed).toBe(anew.recording.started - 5);
    },
  );

  it.each(drivers)(
    'asks in a share of the attempts, and gets none where the server has no tickets (%s)',
    async (driver) => {
      const { port } = await on.server(tlsServer(on.corpus, acceptAll));
      const noTickets = await on.server(
        tlsServer(on.corpus, acceptAll, { secureOptions: constants.SSL_OP_NO_TICKET, sessionTimeout: 1 }),
      );
      const opened = await on.storm({
        workers: 1,
        cohorts: [{ ...on.cohort('none', 4), driver, resumption: 0.4 }],
      });
      const { recording } = await opened.run(round(port)).done;
      const { resumed = 0 } = recording.cohorts[0]?.negotiated ?? {};
      expect(resumed / recording.started).toBeGreaterThan(0.15);
      expect(resumed / recording.started).toBeLessThan(0.6);
      const without = (await opened.run(round(noTickets.port, { durationMs: 300 })).done).recording;
      expect(without.started).toBeGreaterThan(5);
      // Node's server answers without tickets by keeping the session itself, and then resumes those.
      expect(counts(without)).toEqual({ accepted: without.started });
    },
  );
});

describe('a reconnect storm', () => {
  it('cuts all clients at once, and tells when they were back', async () => {
    const { server } = mqttServer();
    const { port } = await on.server(server);
    const opened = await on.storm({ cohorts: [cohort('node', {})] });
    const backoff = { policy: 'full-jitter', baseMs: 200, capMs: 1_000 } as const;
    const schedule = { model: 'reconnect-storm', clients: 30, spreadMs: 200, cutAtMs: 900, backoff } as const;
    const run = opened.run(round(port, { schedule, durationMs: 60_000 }));
    while (run.progress().finished < 60) await delay(10);
    await delay(50);
    run.stop();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    expect(recording.missedArrivals).toBe(0);
    const { sessions } = recording.cohorts[0] ?? {};
    expect(sessions).toMatchObject({
      opened: 60,
      dropped: 30,
      endedByClient: 30,
      cut: 0,
      atEnd: 30,
      peak: 30,
    });
    expect(sessions?.recovery.count).toBe(30);
    const held = recording.timeline.cohorts[0]?.held ?? [];
    expect(Math.max(...held)).toBe(30);
  });
});
