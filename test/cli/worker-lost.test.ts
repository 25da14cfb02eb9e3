import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { conduct } from '../../src/run/conduct.ts';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { temporaryFolder, writeScenario } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

it('a storm worker that is killed in mid-storm loses nothing that it measured; the result is marked, exit 92', async () => {
  // Node tells of every worker thread that is made on this channel; the storm's is the last before the target is ready.
  const workers: Worker[] = [];
  const onWorker = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'worker' in message)
      workers.push(message.worker as Worker);
  };
  subscribe('worker_threads', onWorker);
  const plan = await readScenario(writeScenario(folder.path), vocabulary, {
    set: ['load.duration=4s'],
    variants: [],
  });
  let killed = false;
  const result = await conduct(plan, {
    cacheDir: folder.path,
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (event.kind !== 'progress' || killed || event.live.finished < 60) return;
      killed = true;
      for (const worker of workers) void worker.terminate();
    },
  });
  unsubscribe('worker_threads', onWorker);
  await delay(0);

  expect(killed).toBe(true);
  expect(result.valid).toBe(false);
  expect(result.invalidReasons.join('\n')).toMatch(/storm worker 1 was lost .*what it had measured is kept/);
  expect(result.verdict.exitCode).toBe(92);
  const { scheduled, started, missedArrivals, finished, unfinished } = result.variants[0]?.accounting ?? {
    scheduled: 0,
    started: 0,
    missedArrivals: 0,
    finished: 0,
    unfinished: -1,
  };
  expect(finished).toBeGreaterThanOrEqual(60);
  expect(scheduled).toBe(started + missedArrivals);
  expect(started).toBe(finished + unfinished);
});
