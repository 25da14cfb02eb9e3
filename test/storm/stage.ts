import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Recording } from '../../src/metrics/recording.ts';
import type { RoundOrder, StormCohort, StormOrder } from '../../src/storm/order.ts';
import { openStorm, type Storm } from '../../src/storm/storm.ts';
import { type TestCorpus, testCorpus } from './corpus.ts';
import type { TestServer } from './servers.ts';

export { expectBooksToBalance } from '../metrics/books.ts';

/**
 * What a test file of storms stands on: a corpus for the whole file, and whatever a test opens, closed after it.
 */
export function stage(defects: readonly string[]) {
  let corpus: TestCorpus;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    corpus = await testCorpus(defects, 40);
  });
  afterEach(async () => {
    for (const thing of open.splice(0)) await thing.close();
  });
  afterAll(() => corpus.remove());

  const cohort = (name: string, identities = Infinity): StormCohort => ({
    name,
    driver: 'node',
    identities: corpus.identities(name).slice(0, identities),
    password: null,
  });
  return {
    cohort,
    get corpus(): TestCorpus {
      return corpus;
    },
    async server(starting: Promise<TestServer>): Promise<TestServer> {
      const running = await starting;
      open.push(running);
      return running;
    },
    /** Two workers and the good cohort, unless ordered otherwise. */
    async storm(order: Partial<StormOrder> = {}): Promise<Storm> {
      const opened = await openStorm({
        workers: 2,
        serverCa: corpus.serverCa,
        cohorts: [cohort('none')],
        ...order,
      });
      open.push(opened);
      return opened;
    },
  };
}

/** 60 arrivals in 600 ms, unless ordered otherwise. */
export const round = (port: number, order: Partial<RoundOrder> = {}): RoundOrder => ({
  address: { host: '127.0.0.1', port },
  serverName: 'localhost',
  seed: 3,
  weights: [1],
  schedule: { model: 'constant-arrival-rate', rate: 100 },
  durationMs: 600,
  maxInFlight: 1_000,
  attemptTimeoutMs: 3_000,
  gracefulStopMs: 2_000,
  ...order,
});

/** How often each kind and detail was seen in one cohort. */
export const counts = (recording: Recording, cohort = 0): Record<string, number> =>
  Object.fromEntries(
    (recording.cohorts[cohort]?.outcomes ?? []).map(({ kind, detail, count }) => [
      `${kind} ${detail}`.trim(),
      count,
    ]),
  );
