import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayPublish, maySubscribe } from '../../src/broker/authorization/authorizer.ts';
import { type CertificateFacts, certificateFacts } from '../../src/broker/authorization/certificate-facts.ts';
import { compileRules, filled, grantsOf } from '../../src/broker/authorization/grants.ts';
import type { RuleCondition } from '../../src/broker/authorization/rule.ts';
import {
  covers,
  isTopicFilter,
  isTopicName,
  withoutShare,
} from '../../src/broker/authorization/topic-filter.ts';
import { defaultBrokerSettings } from '../../src/broker/config.ts';
import type { RunningTarget } from '../../src/targets/target.ts';
import { countsOf, settledSnapshot, startBroker } from './test-broker.ts';
import { attemptConnect, clientOptions } from './test-client.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';

/** MQTT 3.1.1, 4.7, written down once more and otherwise: level by level from the end. */
function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const go = (f: readonly string[], t: readonly string[]): boolean => {
    const [level, ...rest] = f;
    if (level === undefined) return t.length === 0;
    if (level === '#') return true;
    if (t.length === 0) return false;
    return (level === '+' || level === t[0]) && go(rest, t.slice(1));
  };
  const levels = filter.split('/');
  // `a/#` matches `a` as well.
  const parent = levels.at(-1) === '#' && go(levels.slice(0, -1), topic.split('/')) && levels.length > 1;
  return parent || go(levels, topic.split('/'));
}

describe('one filter covers another', () => {
  // Every topic of up to four levels over these; `z` stands in no filter, so it tells a wildcard from any list of words.
  const words = ['a', 'b', '', '$s', 'z'];
  const topics: string[] = [];
  for (let tails = [''], depth = 0; depth < 4; depth++) {
    tails = tails.flatMap((tail) => words.map((word) => (depth === 0 ? word : `${tail}/${word}`)));
    // The empty one too: no message has it, and `/#` names it as its parent.
    topics.push(...tails);
  }
  const level = fc.constantFrom('a', 'b', '', '+', '$s');
  const filter = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([levels, all]) => (all ? [...levels, '#'] : levels).join('/'))
    .filter((text) => text !== '' && isTopicFilter(text));

  test('if and only if it matches every topic that the other matches', () => {
    fc.assert(
      fc.property(filter, filter, (granted, asked) => {
        const matched = topics.filter((topic) => matches(asked, topic));
        if (matched.length === 0) return;
        expect(covers(granted, asked), `${granted} for ${asked}`).toBe(
          matched.every((topic) => matches(granted, topic)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('and a topic is the filter that matches it alone', () => {
    fc.assert(
      fc.property(filter, fc.constantFrom(...topics), (granted, topic) => {
        expect(covers(granted, topic), `${granted} for ${topic}`).toBe(matches(granted, topic));
      }),
      { numRuns: 2000 },
    );
  });
});

test.each(['', 'a\0b', 'a+', 'a/b#', '#/a', 'a/#/b', '++', 'x'.repeat(70_000)])(
  'no topic filter: %j',
  (text) => {
    expect(isTopicFilter(text)).toBe(false);
    expect(isTopicName(text)).toBe(false);
    expect(maySubscribe({ publish: [], subscribe: ['#'] }, text)).toBe(false);
    expect(mayPublish({ publish: ['#'], subscribe: [] }, text)).toBe(false);
  },
);

test.each([
  ['$share/group/a/b', 'a/b'],
  ['$share/group/#', '#'],
  ['$share//a', null],
  ['$share/+/a', null],
  ['$share/g#/a', null],
  ['$share/group', null],
  ['$share/group/', null],
  ['$share', null],
  ['$shared/group/a', '$shared/group/a'],
  ['a/$share/b/c', 'a/$share/b/c'],
])('%s is a share of %s', (filter, behind) => expect(withoutShare(filter)).toBe(behind));

describe('a placeholder', () => {
  const template = `devices/\${cert.subject.CN}/#`;
  const subject = (...names: (string | null)[]) => ({
    clientId: 'c',
    userName: null,
    certificate: { subject: new Map([['CN', names]]) } as unknown as CertificateFacts,
  });

  test.each(['', '+', '#', 'a/b', '/', 'a\0b', 'a\nb', 'a+', '\u0085', '\ud800', null])(
    'of %j grants nothing',
    (name) => expect(filled(template, subject(name))).toBeNull(),
  );

  test('that is missing, or there twice, grants nothing', () => {
    expect(filled(template, subject())).toBeNull();
    expect(filled(template, subject('a', 'b'))).toBeNull();
    expect(filled(`\${userName}/#`, subject('a'))).toBeNull();
    expect(filled(template, { ...subject('a'), certificate: null })).toBeNull();
  });

  test('does not get anyone below $', () => {
    expect(filled(`\${cert.subject.CN}/#`, subject('$SYS'))).toBeNull();
    expect(filled(`$SYS/\${cert.subject.CN}/#`, subject('a'))).toBe('$SYS/a/#');
  });

  test('whatever the name, grants at most the one level that it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.string({ unit: 'binary', maxLength: 8 }),
        (name, other) => {
          const filter = filled(template, subject(name));
          if (filter === null) return;
          expect(filter).toBe(`devices/${name}/#`);
          if (other !== name && isTopicName(other)) expect(covers(filter, `devices/${other}/x`)).toBe(false);
        },
      ),
    );
  });
});

describe('through a broker, by a real certificate', () => {
  let pki: TestPki;
  let broker: RunningTarget;
  let der: Buffer;
  let commonName: string;
  const source = '127.47.0';

  beforeAll(async () => {
    pki = makeTestPki();
    const certificate = new X509Certificate(pki.clients.good.cert);
    der = certificate.raw;
    commonName = /CN=(.*)/.exec(certificate.subject)?.[1] ?? '';
    const rule = {
      when: { subject: { CN: '*' } },
      publish: [`devices/\${cert.subject.CN}/#`],
      subscribe: [`devices/\${cert.subject.CN}/+`],
    };
    broker = await startBroker(pki, {
      broker: { ...defaultBrokerSettings, authorization: { rules: [rule], padding: 3 } },
    });
  });
  afterAll(async () => {
    await broker.stop();
    pki.remove();
  });

  test('the facts are those that Node reads', () => {
    const facts = certificateFacts(der);
    const node = new X509Certificate(der);
    expect(facts?.subject.get('CN')).toEqual([commonName]);
    expect(facts?.serial).toBe(node.serialNumber.replace(/^0+(?=.)/, ''));
    expect(facts?.fingerprint).toBe(node.fingerprint256.replaceAll(':', ''));
    expect(facts?.notAfterMs).toBe(node.validToDate.getTime());
    for (let length = 0; length < der.length; length += 7)
      expect(() => certificateFacts(der.subarray(0, length))).not.toThrow();
  });

  test('each condition fits what it should, and nothing else', () => {
    const facts = certificateFacts(der);
    const fits = (when: RuleCondition, nowMs = Date.now()) =>
      grantsOf(
        compileRules([{ when, publish: ['x'], subscribe: [] }]),
        { clientId: 'c', userName: null, certificate: facts },
        nowMs,
      ).publish.length === 1;
    const node = new X509Certificate(der);
    expect(fits({})).toBe(true);
    expect(fits({ subject: { CN: `${commonName.slice(0, 2)}*` } })).toBe(true);
    expect(fits({ subject: { CN: commonName.slice(0, -1) } })).toBe(false);
    expect(fits({ subject: { CN: commonName.replace(/./, '.') } })).toBe(false);
    expect(fits({ subject: { OU: '*' } })).toBe(false);
    expect(fits({ issuer: { CN: /CN=(.*)/.exec(node.issuer)?.[1] ?? '' } })).toBe(true);
    expect(fits({ serial: ['AA', `00${node.serialNumber.toLowerCase()}`] })).toBe(true);
    expect(fits({ serial: ['AA'] })).toBe(false);
    expect(fits({ fingerprint: [node.fingerprint256] })).toBe(true);
    expect(fits({ fingerprint: [node.fingerprint256.replace(/^./, (c) => (c === '0' ? '1' : '0'))] })).toBe(
      false,
    );
    expect(fits({ policy: '1.2.3.4' })).toBe(false);
    expect(fits({ extKeyUsage: 'codeSigning' })).toBe(false);
    expect(fits({ validityLeftMs: 1000 }, node.validToDate.getTime() - 1000)).toBe(true);
    expect(fits({ validityLeftMs: 1000 }, node.validToDate.getTime() - 999)).toBe(false);
    expect(fits({ san: 'dns:nobody.example' })).toBe(false);
  });

  /** What the broker answers to one packet after CONNECT: `puback`, the code of a SUBACK, or `closed`. */
  function answerTo(packet: Buffer): Promise<string | number> {
    return new Promise((resolve) => {
      void attemptConnect(broker.address, {
        ...clientOptions(pki, pki.clients.good),
        localAddress: `${source}.1`,
        clientId: `client-${Math.random()}`,
        stay: (socket) => {
          const parser = mqttPacket.parser();
          parser.on('packet', (answer) => {
            resolve(answer.cmd === 'suback' ? Number(answer.granted[0]) : answer.cmd);
            socket.destroy();
          });
          socket.on('data', (chunk) => parser.parse(chunk));
          socket.on('close', () => resolve('closed'));
          socket.write(packet);
        },
      });
    });
  }
  const publish = (topic: string) =>
    mqttPacket.generate({
      cmd: 'publish',
      topic,
      payload: 'x',
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
  const subscribe = (topic: string) =>
    mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });

  test('grants its own, refuses what is others’, and counts whom it refused', async () => {
    const before = (await broker.snapshot()).connections ?? 0;
    expect(await answerTo(publish(`devices/${commonName}/state`))).toBe('puback');
    expect(await answerTo(subscribe(`devices/${commonName}/state`))).toBe(1);
    expect(await answerTo(subscribe(`$share/g/devices/${commonName}/+`))).toBe(1);
    for (const topic of ['devices/other/state', 'idle/0/x', '$SYS/broker', `devices/${commonName}x/state`])
      expect(await answerTo(publish(topic)), topic).toBe('closed');
    for (const filter of ['#', '+/+/+', '$SYS/#', '$share/g/#', `devices/${commonName}/#`, 'devices/+/state'])
      expect(await answerTo(subscribe(filter)), filter).toBe(128);
    const counts = countsOf(await settledSnapshot(broker, before + 13), source);
    expect(counts).toEqual({
      'accepted accepted': 3,
      'refused authorization publish': 4,
      'refused authorization subscribe': 6,
    });
  });

  test('a PUBLISH that is refused reaches nobody, whatever its QoS: a witness who hears everything hears only what was granted', async () => {
    const open = await startBroker(pki, {
      broker: {
        ...defaultBrokerSettings,
        authorization: {
          rules: [{ when: {}, publish: [`devices/\${cert.subject.CN}/#`], subscribe: ['#'] }],
          padding: 0,
        },
      },
    });
    /** Sends these packets once it is let in; `heard` gets what comes back. */
    const client = (
      name: string,
      packets: Buffer[],
      heard: (packet: mqttPacket.Packet, leave: () => void) => void,
    ) =>
      new Promise<void>((resolve) => {
        void attemptConnect(open.address, {
          ...clientOptions(pki, pki.clients.good),
          clientId: name,
          stay: (socket) => {
            const parser = mqttPacket.parser();
            parser.on('packet', (packet) => heard(packet, () => socket.destroy()));
            socket.on('data', (chunk) => parser.parse(chunk));
            socket.on('close', () => resolve());
            for (const packet of packets) socket.write(packet);
          },
        });
      });
    const message = (topic: string, qos: 0 | 1) =>
      mqttPacket.generate({
        cmd: 'publish',
        topic,
        payload: topic,
        qos,
        messageId: 7,
        dup: false,
        retain: false,
      });
    const own = `devices/${commonName}`;
    const topics: string[] = [];
    try {
      let subscribed = (): void => undefined;
      const ready = new Promise<void>((resolve) => {
        subscribed = resolve;
      });
      const witness = client('witness', [subscribe('#')], (packet, leave) => {
        if (packet.cmd === 'suback') subscribed();
        if (packet.cmd !== 'publish') return;
        topics.push(packet.topic);
        if (packet.topic === `${own}/last`) leave();
      });
      await ready;
      // Each is closed for what it may not do; nothing that it sends after that counts either.
      for (const qos of [0, 1] as const) {
        const refused = [message('devices/another/state', qos), message(`${own}/after-${qos}`, qos)];
        await client(`refused-${qos}`, refused, () => undefined);
      }
      for (const [at, topic] of ['$SYS/forged', `${own}x/state`, 'devices'].entries())
        await client(`refused-too-${at}`, [message(topic, 0)], () => undefined);
      await client('granted', [message(`${own}/state`, 0), message(`${own}/last`, 1)], (packet, leave) => {
        if (packet.cmd === 'puback') leave();
      });
      await witness;
      expect(topics).toEqual([`${own}/state`, `${own}/last`]);
    } finally {
      await open.stop();
    }
  });
});
