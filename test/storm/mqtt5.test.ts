import type { TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { driverNames } from '../../src/storm/drivers/index.ts';
import type { MqttVersion } from '../../src/storm/mqtt-version.ts';
import type { OperationOrder, SessionOrder, StormCohort } from '../../src/storm/order.ts';
import { attempt, client } from './attempt-once.ts';
import { bundledBroker, mosquitto, mosquittoInstalled, type TestServer, tlsServer } from './servers.ts';
import { counts, expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none']);
/** The same clients by each driver. */
const cohorts = (more: Partial<StormCohort> = {}): StormCohort[] =>
  driverNames.map((driver) => ({ ...on.cohort('none'), name: driver, driver, mqttVersion: 5, ...more }));

/** What an attempt of each driver ended as, at this server. */
async function outcomes(port: number, mqttVersion: MqttVersion = 5): Promise<Record<string, string>> {
  const [identity] = on.corpus.identities('none');
  if (identity === undefined) throw new Error('the corpus has no identity');
  const told: Record<string, string> = {};
  for (const driver of driverNames) {
    const { outcome } = await attempt(client(on.corpus, identity, { driver, mqttVersion }), port);
    told[driver] = `${outcome?.kind} ${outcome?.detail}`.trim();
  }
  return told;
}

const byEach = (outcome: string) => Object.fromEntries(driverNames.map((name) => [name, outcome]));

/** A server that speaks MQTT 5: answers CONNECT, and what comes after it, with these packets. */
function mqtt5Server(
  answer: (packet: Packet) => Packet | undefined,
  seen: Packet[] = [],
): Promise<TestServer> {
  return tlsServer(on.corpus, (socket: TLSSocket) => {
    const packets = parser({ protocolVersion: 5 });
    packets.on('packet', (packet) => {
      seen.push(packet);
      const told = answer(packet);
      if (told !== undefined) socket.write(generate(told, { protocolVersion: 5 }));
      if (packet.cmd === 'disconnect') socket.end();
    });
    packets.on('error', () => socket.destroy());
    socket.on('data', (bytes) => packets.parse(bytes));
  });
}

const accept = { cmd: 'connack', sessionPresent: false, reasonCode: 0 } as const;
/** Long enough for a length of two bytes. */
const properties = { reasonString: 'because '.repeat(30) };

describe('MQTT 5, by every driver,', () => {
  it('is spoken from CONNECT to DISCONNECT, and a CONNACK with properties accepts', async () => {
    const seen: Packet[] = [];
    const server = mqtt5Server((packet) => {
      if (packet.cmd === 'connect') return { ...accept, properties };
      return undefined;
    }, seen);
    const { port } = await on.server(server);
    expect(await outcomes(port)).toEqual(byEach('accepted'));
    const versions = seen.flatMap((packet) => (packet.cmd === 'connect' ? [packet.protocolVersion] : []));
    expect(new Set(versions)).toEqual(new Set([5]));
    expect(seen.some(({ cmd }) => cmd === 'disconnect')).toBe(true);
  });

  it.each([
    [135, 'not authorized (135)'],
    [138, 'banned (138)'],
    [159, 'connection rate exceeded (159)'],
    [200, 'reserved (200)'],
  ])('is refused with reason code %i by its name', async (reasonCode, name) => {
    const { port } = await on.server(mqtt5Server(() => ({ ...accept, reasonCode, properties })));
    expect(await outcomes(port)).toEqual(byEach(`connack-refused ${name}`));
  });

  it('is refused by the bundled broker, which speaks 3.1.1 and says so in its own tongue', async () => {
    const { port } = await on.server(bundledBroker(on.corpus));
    expect(await outcomes(port)).toEqual(byEach('connack-refused unacceptable protocol version (1)'));
  });

  it('has an operation refused by PUBACK, SUBACK or DISCONNECT with its reason', async () => {
    const operations: [OperationOrder, Packet, string][] = [
      [
        { operation: 'publish', topic: 'acknowledged' },
        { cmd: 'puback', messageId: 1, reasonCode: 135 },
        'operation-refused publish (PUBACK not authorized (135))',
      ],
      [
        { operation: 'subscribe', topic: 'asked' },
        { cmd: 'suback', messageId: 1, granted: [135], properties },
        'operation-refused subscribe (SUBACK not authorized (135))',
      ],
      [
        { operation: 'publish', topic: 'ended' },
        { cmd: 'disconnect', reasonCode: 147 },
        'operation-refused publish (DISCONNECT receive maximum exceeded (147))',
      ],
    ];
    const server = mqtt5Server((packet) => {
      if (packet.cmd === 'connect') return accept;
      if (packet.cmd !== 'publish' && packet.cmd !== 'subscribe') return undefined;
      const topic = packet.cmd === 'publish' ? packet.topic : packet.subscriptions[0]?.topic;
      const answer = operations.find(([order]) => order.topic === topic)?.[1];
      return answer && 'messageId' in answer ? { ...answer, messageId: packet.messageId ?? 1 } : answer;
    });
    const { port } = await on.server(server);
    const all = operations.flatMap(([operation]) =>
      cohorts({ operation }).map((cohort) => ({ ...cohort, name: `${cohort.name}-${operation.topic}` })),
    );
    const opened = await on.storm({
      workers: 1,
      cohorts: all.map((each, at) => ({ ...each, identities: each.identities.slice(at * 4, at * 4 + 4) })),
    });
    const schedule = { model: 'constant-arrival-rate', rate: 60 } as const;
    const { recording } = await opened.run(
      round(port, { weights: all.map(() => 1), schedule, durationMs: 700 }),
    ).done;
    expectBooksToBalance(recording);
    for (const [index, { name }] of all.entries()) {
      const [, , outcome] = operations[Math.floor(index / driverNames.length)] ?? [];
      expect(Object.keys(counts(recording, index)), name).toEqual([outcome]);
    }
  });
});

const mosquitto5 = (anonymous: boolean) => mosquitto(on.corpus, { crl: false, anonymous });

describe.skipIf(!mosquittoInstalled)('MQTT 5 at Mosquitto (skipped where it is not installed)', () => {
  it('holds sessions that ping, publish and receive, by every driver', async () => {
    const { port } = await on.server(mosquitto5(true));
    const session: SessionOrder = {
      holdMs: Infinity,
      keepAliveMs: 300,
      publish: { rate: 10, qos: 1, bytes: 200, topic: 'up/{clientId}' },
      subscribe: ['up/{clientId}'],
      ungraceful: 0,
    };
    const third = (at: number) => on.corpus.identities('none').slice(at * 10, at * 10 + 10);
    const opened = await on.storm({
      cohorts: cohorts({ session }).map((cohort, at) => ({ ...cohort, identities: third(at) })),
    });
    const order = { weights: [1, 1, 1], schedule: { model: 'constant-arrival-rate', rate: 40 } as const };
    const { recording } = await opened.run(round(port, { ...order, durationMs: 1_500 })).done;
    expectBooksToBalance(recording);
    for (const [index, name] of driverNames.entries()) {
      const sessions = recording.cohorts[index]?.sessions;
      expect(Object.keys(counts(recording, index)), name).toEqual(['accepted']);
      expect(sessions?.cut, name).toBe(sessions?.missedPings);
      expect(sessions?.published, name).toBeGreaterThan(10);
      expect(sessions?.publish.count, name).toBeGreaterThan((sessions?.published ?? 0) * 0.6);
      expect(sessions?.received, name).toBeGreaterThan((sessions?.published ?? 0) * 0.6);
    }
  });

  it('is refused without credentials as not authorized (135), and in 3.1.1 as not authorized (5)', async () => {
    const { port } = await on.server(mosquitto5(false));
    expect(await outcomes(port)).toEqual(byEach('connack-refused not authorized (135)'));
    expect(await outcomes(port, '3.1.1')).toEqual(byEach('connack-refused not authorized (5)'));
  });
});
