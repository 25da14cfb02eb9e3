import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import mqtt, { type IClientOptions } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { scratchFolder } from '../pki/scratch.ts';
import { type BrokerHere, type Changes, connectAs, openHere, tlsOf } from './open-here.ts';
import { identityOf, publisher, spec } from './publisher.ts';

const folder = scratchFolder();
const corpus = (): Promise<Corpus> => makeCorpus(spec(7), { cacheDir: join(folder, 'cache') });

/** The verdicts once `connections` of them are in. */
async function verdicts(broker: BrokerHere, connections: number): Promise<string[]> {
  for (;;) {
    const { pending, connections: counted, tallies } = broker.read();
    if (pending === 0 && counted >= connections)
      return tallies.flatMap(({ verdict, layer, cause, count }) =>
        Array.from({ length: count }, () => [verdict, layer, cause].filter(Boolean).join(' ')),
      );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** MQTT.js, whole: the CONNACK's code, or null where the connection was lost before it. */
async function connectMqttJs(url: string, options: IClientOptions): Promise<number | null> {
  const client = mqtt.connect(url, { ...options, reconnectPeriod: 0, rejectUnauthorized: false });
  const code = await new Promise<number | null>((resolve) => {
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') resolve(packet.returnCode ?? -1);
    });
    client.on('error', () => undefined);
    client.on('close', () => resolve(null));
  });
  await client.endAsync(true);
  return code;
}

const tls = (identity: Identity) => tlsOf(identity) as IClientOptions;

describe('over plain TCP', () => {
  test('MQTT is spoken, and each connection booked', async () => {
    const broker = await openHere(await corpus(), { transport: 'tcp' });
    const { port } = broker;
    expect(await connectMqttJs(`mqtt://127.0.0.1:${port}`, {})).toBe(0);
    connectTcp(port, '127.0.0.1').resume().write('GET / HTTP/1.1\r\n\r\n');
    const leaver = connectTcp(port, '127.0.0.1', () => leaver.destroy());
    expect((await verdicts(broker, 3)).sort()).toEqual([
      'abandoned connect-closed',
      'accepted accepted',
      'refused connect protocol_error',
    ]);
  });
});

describe('where no certificate is asked for', () => {
  test('a client without one comes in, and one with a revoked one too', async () => {
    const made = await corpus();
    const broker = await openHere(made, { clientCertificates: 'none' });
    expect(await connectAs(broker, { clientId: 'bare', key: null, chain: [] })).toBe(0);
    expect(await connectAs(broker, identityOf(made, 'revoked'))).toBe(0);
    expect(await verdicts(broker, 2)).toEqual(['accepted accepted', 'accepted accepted']);
  });

  test.each([{ clientCertificates: 'none' }, { transport: 'tcp' }] satisfies Changes[])(
    'a check of them is refused: %o',
    async (changes) => {
      await expect(openHere(await corpus(), { revocation: 'crl-indexed', ...changes })).rejects.toMatchObject(
        {
          message: expect.stringMatching(/nothing to look at where clients present no certificate/),
        },
      );
    },
  );
});

describe('over WebSocket and TLS', () => {
  test.each(['crl-native', 'crl-indexed'])(
    '%s looks at certificates as it does without',
    async (revocation) => {
      const made = await corpus();
      const broker = await openHere(made, { transport: 'wss', revocation });
      const url = `wss://127.0.0.1:${broker.port}/mqtt`;
      expect(await connectMqttJs(url, tls(identityOf(made, 'good')))).toBe(0);
      expect(await connectMqttJs(url, tls(identityOf(made, 'revoked')))).toBe(null);
      expect(await verdicts(broker, 2)).toEqual([
        'accepted accepted',
        `refused tls ${revocation === 'crl-native' ? 'CERT_REVOKED' : 'crl-revoked'}`,
      ]);
    },
  );

  test('a publish comes back to who has subscribed, as far as its certificate grants it', async () => {
    const made = await corpus();
    const when = { subject: { CN: 'good-*' } };
    const rules = [{ when, publish: ['fleet/#'], subscribe: ['fleet/#'] }];
    const settings: Changes['settings'] = { authorization: { rules, padding: 0 } };
    const broker = await openHere(made, { transport: 'wss', settings });
    const options = { ...tls(identityOf(made, 'good')), rejectUnauthorized: false, reconnectPeriod: 0 };
    const client = await mqtt.connectAsync(`wss://127.0.0.1:${broker.port}/any/path`, options);
    await client.subscribeAsync('fleet/topic');
    await expect(client.subscribeAsync('other/topic')).rejects.toThrow();
    const heard = new Promise((resolve) =>
      client.on('message', (_topic, payload) => resolve(String(payload))),
    );
    await client.publishAsync('fleet/topic', 'hello');
    expect(await heard).toBe('hello');
    await client.endAsync();
  });

  test('the session of a revoked client is cut', async () => {
    const { corpus: made, putList, signed, revoking } = await publisher(folder);
    const settings: Changes['settings'] = { onRevocation: ['cut-sessions'] };
    const broker = await openHere(made, { transport: 'wss', revocation: 'crl-indexed', settings });
    const options = { ...tls(identityOf(made, 'good')), rejectUnauthorized: false, reconnectPeriod: 0 };
    const client = await mqtt.connectAsync(`wss://127.0.0.1:${broker.port}`, options);
    const closed = new Promise((resolve) => client.on('close', () => resolve('closed')));
    putList(signed(revoking(identityOf(made, 'good'))));
    await broker.reloadRevocation();
    expect(await closed).toBe('closed');
    await client.endAsync(true);
  });

  test('what is no MQTT, or none in time, is booked as what it is', async () => {
    const made = await corpus();
    const broker = await openHere(made, { transport: 'wss', settings: { handshakeTimeoutMs: 1000 } });
    const options = {
      host: '127.0.0.1',
      port: broker.port,
      ...tlsOf(identityOf(made, 'good')),
      rejectUnauthorized: false,
    };
    const socket = () =>
      connectTls(options)
        .on('error', () => undefined)
        .resume();
    const answer = new Promise((resolve) =>
      connectTls(options)
        .once('data', (chunk) => resolve(String(chunk)))
        .write('GET / HTTP/1.1\r\nHost: broker\r\n\r\n'),
    );
    expect(await answer).toMatch(/^HTTP\/1\.1 426 /);
    socket().write('\x10\x11');
    socket().write('GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    const silent = socket();
    const webSocket = (then: (opened: WebSocket) => void, protocol = 'mqtt') => {
      const opened = new WebSocket(`wss://127.0.0.1:${broker.port}`, protocol, options);
      opened.on('error', () => undefined);
      opened.on('open', () => then(opened));
    };
    webSocket(() => undefined);
    webSocket((opened) => opened.send(Buffer.from([0xc0, 0])));
    webSocket((opened) => opened.terminate());
    webSocket((opened) => opened.close());
    await new Promise((resolve) => silent.once('close', resolve));
    expect((await verdicts(broker, 8)).sort()).toEqual([
      'abandoned connect-closed',
      'abandoned connect-closed',
      'abandoned connect-timeout',
      'abandoned connect-timeout',
      'refused connect protocol_error',
      'refused connect protocol_error',
      'refused connect protocol_error',
      'refused connect protocol_error',
    ]);
  });

  test('a client that resumes is looked at again only where that is wanted', async () => {
    for (const verifyOnResumption of [false, true]) {
      const { corpus: made, putList, signed, revoking } = await publisher(folder);
      const settings = { verifyOnResumption };
      const broker = await openHere(made, { transport: 'wss', revocation: 'crl-native', settings });
      const options = {
        host: '127.0.0.1',
        port: broker.port,
        ...tlsOf(identityOf(made, 'good')),
        rejectUnauthorized: false,
      };
      const session = await new Promise<Buffer>((resolve) => {
        const socket = connectTls(options);
        socket.once('session', (given: Buffer) => resolve(given));
        socket.once('session', () => socket.destroy());
      });
      putList(signed(revoking(identityOf(made, 'good'))));
      await broker.reloadRevocation();
      // Its types do not know that it hands everything on to tls.connect.
      const resuming = { ...options, session };
      const accepted = await new Promise((resolve) => {
        const packet = mqttPacket.generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clientId: 'x',
          keepalive: 0,
          clean: true,
        });
        const resumed = new WebSocket(`wss://127.0.0.1:${broker.port}`, 'mqtt', resuming);
        resumed.on('error', () => undefined);
        resumed.on('open', () => resumed.send(packet));
        resumed.on('message', () => resumed.terminate());
        resumed.on('message', () => resolve(true));
        resumed.on('close', () => resolve(false));
      });
      expect(accepted).toBe(!verifyOnResumption);
    }
  });
});
