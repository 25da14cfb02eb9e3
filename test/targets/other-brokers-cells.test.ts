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

describe('scenarios for the bundled broker, against another', () => {
  for (const [scenario, byKind] of Object.entries(cells)) {
    test.each(Object.entries(byKind))(`${scenario} with target.kind=%s`, async (kind, runs) => {
      const { variants } = await readScenario(`${root}scenarios/${scenario}.yaml`, vocabulary, {
        set: [`target.kind=${kind}`],
      });
      const running = variants.filter(({ impossible }) => impossible === undefined);
      expect([...new Set(running.map(({ name }) => name.replace(/\+crlEntries=\d+$/, '')))]).toEqual(runs);
    });
  }

  test.each(['mosquitto', 'rabbitmq', 'hivemq', 'mochi', 'rumqttd'])(
    'what %s has not is said in a sentence of its own',
    async (kind) => {
      for (const scenario of [...Object.keys(cells), 'rejection-cost', 'authorization', 'ocsp-faults']) {
        const file = `${root}scenarios/${scenario}.yaml`;
        const set = [`target.kind=${kind}`];
        const { variants } = await readScenario(file, vocabulary, { set }).catch((error: unknown) => {
          // A scenario of one variant that is impossible is refused, with the same sentence.
          if (!(error instanceof Error)) throw error;
          expect(error.message, scenario).toContain(`: ${kind} `);
          return { variants: [] };
        });
        for (const { name, impossible } of variants) {
          if (impossible !== undefined)
            expect(impossible, `${scenario} ${name}`).toMatch(new RegExp(`^${kind} `));
        }
      }
    },
  );

  test('HiveMQ reads a CRL where certificates say where it is', async () => {
    const read = async (more: string[]) => {
      const set = ['target.kind=hivemq', ...more];
      const plan = await readScenario(`${root}scenarios/revocation-lag.yaml`, vocabulary, { set });
      return plan.variants.find(({ name }) => name === 'crl-native-polled-2s')?.impossible;
    };
    expect(await read([])).toMatch(/^hivemq fetches CRLs from where certificates say, and these say nothing/);
    const url = 'http://127.0.0.1:18093/crl.pem';
    expect(
      await read(['services.crl.port=18093', `corpus.certificate.crlDistributionPoints=[${url}]`]),
    ).toBeUndefined();
  });
});
