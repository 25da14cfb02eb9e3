import { readFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { expect } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/index.ts';
import { hivemq } from '../../src/targets/hivemq.ts';
import { describeBroker } from './installed-brokers.ts';

describeBroker(hivemq, {
  revocation: 'none',
  version: /^HiveMQ CE \d+\.\d+ on Java \d+/,
  alerts: { expired: /CERTIFICATE_UNKNOWN/, 'unknown-ca': /CERTIFICATE_UNKNOWN/ },
  also: [
    {
      claim: 'judges CONNECT by password and topics by certificate, and counts whom it refused',
      changes: {
        connectAuth: 'password-hash',
        users: { clientIds: ['good'], password: 'pass:word$ ü' },
        broker: {
          ...defaultBrokerSettings,
          authorization: {
            rules: [
              {
                when: { subject: { CN: 'go*' }, extKeyUsage: 'clientAuth', validityLeftMs: 1_000 },
                // biome-ignore lint/suspicious/noTemplateCurlyInString: rules are written so.
                publish: ['devices/${cert.subject.CN}/#'],
                // biome-ignore lint/suspicious/noTemplateCurlyInString: rules are written so.
                subscribe: ['devices/${cert.subject.CN}/commands/+'],
              },
            ],
            padding: 10,
          },
        },
      },
      async check(broker, pki) {
        const { host, port } = broker.address;
        const { cert, key } = pki.clients.good;
        const connect = (password: string) =>
          connectAsync(`mqtts://${host}:${port}`, {
            ...{ ca: readFileSync(pki.caFile), cert, key, servername: 'localhost', reconnectPeriod: 0 },
            ...{ username: 'good', password, localAddress: '127.9.1.1' },
          });
        await expect(connect('wrong')).rejects.toThrow(/Bad username or password/);
        const client = await connect('pass:word$ ü');
        const granted = async (topic: string) => {
          const answers = await client.subscribeAsync(topic).catch(() => []);
          return answers.some(({ qos }) => qos < 128);
        };
        expect(await granted('devices/good/commands/+')).toBe(true);
        expect(await granted('$share/readers/devices/good/commands/now')).toBe(true);
        expect(await granted('devices/good/commands/#')).toBe(false);
        expect(await granted('devices/+/commands/+')).toBe(false);
        expect(await granted('$SYS/#')).toBe(false);
        await client.publishAsync('devices/good/state', 'x', { qos: 1 });
        const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
        client.publish('devices/other/state', 'x', { qos: 1 });
        await closed;
        const { tallies, blindTo } = await broker.snapshot();
        expect(blindTo).toContain('tls');
        expect(tallies?.filter(({ source, count }) => source === '127.9.1' && count > 0)).toEqual(
          expect.arrayContaining([
            {
              source: '127.9.1',
              verdict: 'refused',
              layer: 'connect',
              cause: 'bad_user_name_or_password',
              count: 1,
            },
            { source: '127.9.1', verdict: 'refused', layer: 'authorization', cause: 'subscribe', count: 1 },
          ]),
        );
      },
    },
  ],
});
