import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultBrokerSettings } from '../../src/broker/config.ts';
import type { OwnTarget } from '../../src/targets/target.ts';
import { settledSnapshot, startBroker } from './test-broker.ts';
import { attemptConnect, clientOptions } from './test-client.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';

let pki: TestPki;
let brokers: OwnTarget[] = [];

beforeAll(async () => {
  pki = makeTestPki();
  brokers = await Promise.all(
    [0, 4].map((slowdown) => startBroker(pki, { broker: { ...defaultBrokerSettings, slowdown } })),
  );
});

afterAll(async () => {
  await Promise.all(brokers.map((broker) => broker.stop()));
  pki.remove();
});

it('a slowdown burns its share of CPU on top of each attempt, and changes no verdict', async () => {
  const attempts = 60;
  const costs: number[] = [];
  for (const broker of brokers) {
    const before = await broker.snapshot();
    for (let attempt = 0; attempt < attempts; attempt += 1)
      expect(await attemptConnect(broker.address, clientOptions(pki, pki.clients.good))).toBe(0);
    const after = await settledSnapshot(broker, attempts);
    costs.push(after.cpuUserMs + after.cpuSystemMs - before.cpuUserMs - before.cpuSystemMs);
  }
  // Five times as much is asked for; two brokers on a busy machine may differ by a good deal, not by half.
  const [plain = 0, slowed = 0] = costs;
  expect(slowed / plain).toBeGreaterThan(3);
  expect(slowed / plain).toBeLessThan(8);
});
