import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../src/metrics/recording.ts';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import type { RunningTarget } from '../../src/targets/target.ts';
import { expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none']);
const stallMs = 400;

async function broker(): Promise<{ address: RunningTarget['address']; pid: number }> {
  const { corpus, folder } = on.corpus;
  const workDir = join(folder, 'blamed');
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const running = await bundled.start({
    ...plainOrder,
    clientCaFile: corpus.clientCaFile,
    serverCertFile: corpus.serverCertFile,
    serverKeyFile: corpus.serverKeyFile,
    crlFile: corpus.crlFile,
    workDir,
  });
  await on.server(Promise.resolve({ port: running.address.port, close: () => running.stop() }));
  const { address, pid } = running;
  if (pid === null) throw new Error('the bundled broker is a process of this machine');
  return { address, pid };
}

/** Milliseconds that attempts waited before they started, and before they were answered, all of them together. */
function waits({ cohorts }: Recording, scheduleErrorMs: number): { target: number; generator: number } {
  const { latency } = cohorts[0] ?? {};
  return { target: (latency?.authenticated.maxUs ?? 0) / 1000, generator: scheduleErrorMs };
}

describe('a stall', () => {
  it("of the broker is the target's: attempts start in time and wait for their answer", async () => {
    const { address, pid } = await broker();
    const opened = await on.storm({ workers: 1 });
    const run = opened.run(round(address.port, { durationMs: 1_200 }));
    while (run.progress().finished < 20) await delay(5);
    process.kill(pid, 'SIGSTOP');
    await delay(stallMs);
    process.kill(pid, 'SIGCONT');
    const { recording, generator } = await run.done;
    expectBooksToBalance(recording);
    const { target, generator: late } = waits(recording, generator.scheduleErrorMs.max);
    expect(target).toBeGreaterThan(stallMs * 0.8);
    // However busy the machine is, starts were not held up by what held the answers up.
    expect(target - late).toBeGreaterThan(stallMs / 4);
  });

  it('of a storm worker is ours: attempts start late, and the event loop says so', async () => {
    const { address } = await broker();
    const opened = await on.storm({ workers: 1 });
    const run = opened.run(round(address.port, { durationMs: 1_200 }));
    while (run.progress().finished < 20) await delay(5);
    // A heap snapshot is taken on the worker's own thread, which does nothing else meanwhile.
    const startedAt = performance.now();
    const snapshot = await opened.workers[0]?.getHeapSnapshot();
    const stalledMs = performance.now() - startedAt;
    snapshot?.destroy();
    const { recording, generator } = await run.done;
    expectBooksToBalance(recording);
    expect(stalledMs).toBeGreaterThan(30);
    expect(generator.eventLoopLagMs.max).toBeGreaterThan(stalledMs / 4);
    expect(generator.scheduleErrorMs.max).toBeGreaterThan(stalledMs / 4);
    // It begins with a full collection, which is counted too.
    expect(generator.collections.count).toBeGreaterThan(0);
  });
});
