import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Corpus } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { probeInFlightMemory } from '../../src/run/in-flight-memory.ts';
import type { VariantPlan } from '../../src/scenario/plan.ts';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import type { OwnTarget } from '../../src/targets/target.ts';
import { temporaryFolder } from '../cli/certstorm.ts';

const folder = temporaryFolder();
let corpus: Corpus;
let broker: OwnTarget;

beforeAll(async () => {
  corpus = await makeCorpus(
    {
      seed: 4,
      algorithm: 'ecdsa-p256',
      crlEntries: 0,
      cohorts: [{ name: 'c', defect: 'none', identities: 8 }],
    },
    { cacheDir: join(folder.path, 'cache') },
  );
  const workDir = join(folder.path, 'work');
  mkdirSync(workDir, { mode: 0o700 });
  const { clientCaFile, serverCertFile, serverKeyFile, crlFile } = corpus;
  broker = await bundled.start({
    ...plainOrder,
    clientCaFile,
    serverCertFile,
    serverKeyFile,
    crlFile,
    workDir,
  });
});
afterAll(async () => {
  await broker?.stop();
  folder.remove();
});

const variant = (outcome: string) =>
  ({
    target: { transport: 'tls', clientCertificates: 'required' },
    cohorts: [{ expect: { outcome }, credentials: 'none' }],
  }) as unknown as VariantPlan;

test.each([
  ['reject-at-tls', 'client-hello'],
  ['reject-at-connect', 'handshake'],
  ['accept', 'session'],
])(
  'who is expected to %s is held at %s; each takes kilobytes, and none is left behind',
  async (outcome, heldAt) => {
    const told = await probeInFlightMemory(variant(outcome), corpus, broker, 200);
    expect(told).toMatchObject({ heldAt, held: 200, heldBefore: 50 });
    expect(told.bytesPerAttempt).toBeGreaterThan(4 * 1024);
    expect(told.bytesPerAttempt).toBeLessThan(400 * 1024);
    expect((await broker.snapshot()).pending).toBe(0);
  },
);

test('where attempts do not stay, the reason stands in place of a figure', async () => {
  const impatient = await bundled.start({
    ...plainOrder,
    broker: { ...plainOrder.broker, limits: { ...plainOrder.broker.limits, handshakesInFlight: 10 } },
    clientCaFile: corpus.clientCaFile,
    serverCertFile: corpus.serverCertFile,
    serverKeyFile: corpus.serverKeyFile,
    crlFile: corpus.crlFile,
    workDir: join(folder.path, 'work'),
  });
  try {
    const { reason, bytesPerAttempt } = await probeInFlightMemory(
      variant('reject-at-tls'),
      corpus,
      impatient,
      40,
    );
    expect(reason).toBe('of 40 attempts 10 were still there when the memory was read');
    expect(bytesPerAttempt).toBeUndefined();
  } finally {
    await impatient.stop();
  }
});
