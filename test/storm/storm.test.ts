import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RoundOrder, StormOrder } from '../../src/storm/order.ts';
import { openStorm } from '../../src/storm/storm.ts';
import { acceptAll, tlsServer } from './servers.ts';
import { expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none']);

describe('a storm that loses a worker', () => {
  it('keeps what it had measured, counts its attempts in flight as unfinished, and goes on with the others', async () => {
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => (Math.random() < 0.7 ? acceptAll(socket) : undefined)),
    );
    const opened = await on.storm();
    const run = opened.run(round(port, { durationMs: 1_200, attemptTimeoutMs: 60_000, gracefulStopMs: 0 }));
    while (run.progress().finished < 20) await delay(10);
    const before = run.progress();
    await opened.workers[1]?.terminate();
    const { recording, lostWorkers } = await run.done;
    expect(lostWorkers).toEqual([{ worker: 1, reason: 'ended with exit code 1' }]);
    expectBooksToBalance(recording);
    expect(recording.finished).toBeGreaterThan(before.finished);
    // The other worker's half of the arrivals went on to the end.
    expect(recording.scheduled).toBeGreaterThan(60);
    expect(recording.scheduled).toBeLessThan(120);

    const { recording: next, lostWorkers: none } = await opened.run(round(port, { gracefulStopMs: 100 }))
      .done;
    expect(none).toEqual([]);
    expect(next.scheduled).toBe(60);
    expectBooksToBalance(next);
  });

  it('tells why, when a worker broke down by itself', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const opened = await on.storm();
    const run = opened.run(round(port));
    while (run.progress().finished < 3) await delay(10);
    // No round at all: the worker fails on it like on any mistake of its own.
    opened.workers[0]?.postMessage({ kind: 'round', round: null });
    const { recording, lostWorkers } = await run.done;
    expect(lostWorkers).toEqual([{ worker: 0, reason: expect.stringMatching(/^failed: /) }]);
    expectBooksToBalance(recording);
  });

  it('ends the round when none is left, and then says that there is none', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const opened = await on.storm();
    const run = opened.run(round(port, { durationMs: 60_000 }));
    while (run.progress().finished < 5) await delay(10);
    for (const worker of opened.workers) void worker.terminate();
    const { recording, lostWorkers } = await run.done;
    expect(lostWorkers.map(({ worker }) => worker)).toEqual([0, 1]);
    expectBooksToBalance(recording);
    await expect(opened.run(round(port)).done).rejects.toMatchObject({ code: 'no-workers' });
  });

  it('frees the shared identities that the lost worker had in use', async () => {
    const { port } = await on.server(tlsServer(on.corpus, () => {}));
    const cohorts = [on.cohort('none', 1)];
    const opened = await on.storm({ cohorts });
    const run = opened.run(round(port, { durationMs: 300, attemptTimeoutMs: 60_000, gracefulStopMs: 0 }));
    while (run.progress().inFlight < 1) await delay(5);
    // Arrival 0 is worker 0's: it holds the only identity.
    await opened.workers[0]?.terminate();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    expect(recording.started).toBe(2);
  });
});

describe('opening a storm', () => {
  it.each<[string, () => Partial<StormOrder>, string, RegExp]>([
    ['no worker', () => ({ workers: 0 }), 'bad-order', /at least one worker/],
    [
      'a driver that there is not',
      () => ({
        cohorts: [
          { name: 'good', driver: 'telepathy', identities: on.corpus.identities('none'), password: null },
        ],
      }),
      'unknown-driver',
      /'telepathy' is none of node/,
    ],
    [
      'a certificate that OpenSSL cannot load',
      () => ({
        cohorts: [
          {
            name: 'broken',
            driver: 'node',
            identities: [
              {
                clientId: 'broken-0',
                key: on.corpus.identities('none')[0]?.key ?? null,
                chain: [Buffer.from('no DER')],
              },
            ],
            password: null,
          },
        ],
      }),
      'unpresentable-identity',
      /cannot present the certificate of 'broken-0'/,
    ],
  ])('with %s is refused with a sentence', async (_, order, code, message) => {
    const opening = on.storm(order());
    await expect(opening).rejects.toMatchObject({ code });
    await expect(opening).rejects.toThrow(message);
  });

  it('can be called off', async () => {
    const abort = new AbortController();
    const opening = openStorm(
      {
        workers: 1,
        serverCa: on.corpus.serverCa,
        cohorts: [{ name: 'good', driver: 'node', identities: on.corpus.identities('none'), password: null }],
      },
      abort.signal,
    );
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a round that makes no sense', () => {
  it.each<[string, Partial<RoundOrder>, string]>([
    ['weights of another number of cohorts', { weights: [1, 2] }, 'bad-order'],
    ['weights that sum to 0', { weights: [0] }, 'bad-order'],
    ['a host without an address', { address: { host: 'no-such-host.invalid', port: 1 } }, 'unresolved-host'],
    ['a rate below 0', { schedule: { model: 'constant-arrival-rate', rate: -3 } }, 'bad-order'],
  ])('%s is refused with a sentence', async (_, order, code) => {
    await expect((await on.storm({ workers: 1 })).run(round(1, order)).done).rejects.toMatchObject({ code });
  });

  it('is one that begins while another is under way', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const opened = await on.storm({ workers: 1 });
    const first = opened.run(round(port));
    await expect(opened.run(round(port)).done).rejects.toMatchObject({ code: 'busy' });
    expectBooksToBalance((await first.done).recording);
  });
});

describe('a storm that is closed', () => {
  it('leaves no thread, timer or socket behind, and ends a round under way with what it has', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const resources = () =>
      process
        .getActiveResourcesInfo()
        .filter((kind) => ['Timeout', 'Immediate', 'MessagePort', 'Worker'].includes(kind)).length;
    const before = resources();
    const opened = await on.storm();
    await opened.run(round(port, { durationMs: 200 })).done;
    const run = opened.run(round(port, { durationMs: 60_000 }));
    while (run.progress().finished < 5) await delay(10);
    await opened.close();
    const { recording, lostWorkers } = await run.done;
    expectBooksToBalance(recording);
    expect(lostWorkers).toHaveLength(2);
    await opened.close();
    await delay(50);
    expect(resources()).toBeLessThanOrEqual(before);
    await expect(opened.run(round(port)).done).rejects.toMatchObject({ code: 'closed' });
  });
});
