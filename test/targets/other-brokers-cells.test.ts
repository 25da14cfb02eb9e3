import { describe, expect, test } from 'vitest';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { root } from '../cli/certstorm.ts';

/** By scenario and kind of broker, the variants that run; all others are named with the reason. */
const cells: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'revocation-lag': {
    mosquitto: ['crl-native-reloaded', 'crl-native-no-tickets', 'none'],
    rabbitmq: ['crl-native-reloaded', 'crl-native-no-tickets', 'none'],
    hivemq: ['ocsp', 'none'],
    mochi: ['crl-indexed-reloaded', 'crl-indexed-no-tickets', 'crl-indexed-websocket', 'none'],
    rumqttd: ['none'],
  },
  'crl-vs-ocsp': {
    mosquitto: ['none', 'crl-native'],
    rabbitmq: ['none', 'crl-native'],
    hivemq: ['none', 'ocsp'],
    mochi: ['none', 'crl-indexed'],
    rumqttd: ['none'],
  },
};

const plan = (scenario: string, kind: string, more: string[] = []) =>
  readScenario(`${root}scenarios/${scenario}.yaml`, vocabulary, { set: [`target.kind=${kind}`, ...more] });

describe('scenarios for the bundled broker, against another', () => {
  for (const [scenario, byKind] of Object.entries(cells)) {
    test.each(Object.entries(byKind))(
      `${scenario} with target.kind=%s: a variant runs, or is named with the reason`,
      async (kind, runs) => {
        const { variants } = await plan(scenario, kind);
        const running = variants.filter(({ impossible }) => impossible === undefined);
        expect([...new Set(running.map(({ name }) => name.replace(/\+crlEntries=\d+$/, '')))]).toEqual(runs);
        for (const { name, impossible = `${kind} runs it` } of variants)
          expect(impossible, name).toMatch(new RegExp(`^${kind} `));
      },
    );
  }

  test('the ladder of refusals with target.kind=mosquitto', async () => {
    const { variants } = await plan('rejection-cost', 'mosquitto');
    for (const { name, impossible = 'mosquitto runs it' } of variants)
      expect(impossible, name).toMatch(/^mosquitto /);
  });

  test('where there is nothing else, it is a mistake with the same sentence', async () => {
    await expect(plan('authorization', 'mosquitto')).rejects.toThrow(
      /broker\.authorization: mosquitto has no rules by what is in a certificate/,
    );
  });

  test('HiveMQ reads a CRL where certificates say where it is', async () => {
    const read = async (more: string[]) => {
      const { variants } = await plan('revocation-lag', 'hivemq', more);
      return variants.find(({ name }) => name === 'crl-native-polled-2s')?.impossible;
    };
    expect(await read([])).toMatch(/^hivemq fetches CRLs from where certificates say, and these say nothing/);
    const url = 'http://127.0.0.1:18093/crl.pem';
    expect(
      await read(['services.crl.port=18093', `corpus.certificate.crlDistributionPoints=[${url}]`]),
    ).toBeUndefined();
  });
});
