import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../src/metrics/recording.ts';
import { acceptAll, answering, tcpServer, tlsServer } from './servers.ts';
import { counts, expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none', 'unknown-ca', 'no-certificate']);

describe('a round of the open model', () => {
  it('schedules every arrival of the window, none of them early, and each ends in one outcome', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const { recording, generator, lostWorkers, stoppedEarly, elapsedMs } = await (await on.storm()).run(
      round(port),
    ).done;
    expect(recording).toMatchObject({
      scheduled: 60,
      started: 60,
      finished: 60,
      missedArrivals: 0,
      unfinished: 0,
    });
    expectBooksToBalance(recording);
    expect(counts(recording)).toEqual({ accepted: 60 });
    const { latency, response } = recording.cohorts[0] ?? {};
    expect(latency?.authenticated.count).toBe(60);
    expect(latency?.rejected.count).toBe(0);
    // Never early: response time, from the scheduled start, is never shorter than service time.
    expect(response?.authenticated.sumUs).toBeGreaterThanOrEqual(latency?.authenticated.sumUs ?? Infinity);
    expect(generator.cpuUserMs + generator.cpuSystemMs).toBeGreaterThan(0);
    expect([lostWorkers, stoppedEarly]).toEqual([[], false]);
    expect(elapsedMs).toBeGreaterThan(500);
    expect(recording.timeline.cohorts[0]?.started.reduce((sum, count) => sum + count, 0)).toBe(60);
  });

  it('draws the same cohorts for the same seed, whatever the number of workers', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const cohorts = ['none', 'unknown-ca', 'no-certificate'].map((name) => on.cohort(name));
    const started: number[][] = [];
    for (const workers of [1, 3]) {
      const order = round(port, {
        weights: [5, 2, 1],
        schedule: { model: 'constant-arrival-rate', rate: 100 },
      });
      const { recording } = await (await on.storm({ workers, cohorts })).run(order).done;
      expect(recording.missedArrivals).toBe(0);
      started.push(recording.cohorts.map((cohort) => cohort.started));
      expect(counts(recording, 2)).toEqual({
        'tls-alert certificate_required (116)': recording.cohorts[2]?.started,
      });
    }
    expect(started[0]).toEqual(started[1]);
    expect(started[0]?.every((count) => count > 0)).toBe(true);
  });

  it('misses arrivals that find maxInFlight attempts in flight, over all workers together, and counts them', async () => {
    const { port } = await on.server(tcpServer(() => {}));
    const run = (await on.storm()).run(
      // Grace, so that a worker which comes late finds those of the other still in flight.
      round(port, { maxInFlight: 7, attemptTimeoutMs: 60_000, gracefulStopMs: 1_000 }),
    );
    const { recording } = await run.done;
    expect(recording).toMatchObject({
      scheduled: 60,
      started: 7,
      finished: 0,
      missedArrivals: 53,
      unfinished: 7,
    });
    expectBooksToBalance(recording);
  });

  it('misses arrivals whose cohort has no free identity: a client id is never connected twice at a time', async () => {
    const inFlight = new Map<string, number>();
    let twice = 0;
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => {
        let name = '';
        socket.once('data', (packet) => {
          name = packet.subarray(14).toString();
          inFlight.set(name, (inFlight.get(name) ?? 0) + 1);
          if ((inFlight.get(name) ?? 0) > 1) twice++;
          setTimeout(() => socket.write(Buffer.from([0x20, 2, 0, 0])), 60);
        });
        socket.once('close', () => inFlight.set(name, (inFlight.get(name) ?? 0) - 1));
      }),
    );
    // Fewer identities than workers: all of them share the two.
    const cohorts = [on.cohort('none', 2)];
    const { recording } = await (await on.storm({ workers: 3, cohorts })).run(round(port)).done;
    expectBooksToBalance(recording);
    expect(recording.missedArrivals).toBeGreaterThan(10);
    expect(recording.finished).toBeGreaterThan(5);
    expect(inFlight.size).toBe(2);
    expect(twice).toBe(0);
  });

  it('tells response time from service time when the target pauses: the arrivals that waited show', async () => {
    // For 400 ms of the round nothing is answered; then everything that waits is.
    const waiting: (() => void)[] = [];
    let paused = false;
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) =>
        socket.once('data', () => {
          const answer = () => socket.write(Buffer.from([0x20, 2, 0, 0]));
          if (paused) waiting.push(answer);
          else answer();
        }),
      ),
    );
    const opened = await on.storm({ workers: 1 });
    const run = opened.run(round(port, { durationMs: 1_000 }));
    await delay(300);
    paused = true;
    const fromMs = run.progress().elapsedMs;
    await delay(400);
    paused = false;
    const toMs = run.progress().elapsedMs;
    for (const answer of waiting) answer();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    const { latency, response } = recording.cohorts[0] ?? {};
    // By the schedule alone, whatever the machine does: who was due within the pause has waited at least to its end.
    const due = Array.from({ length: 100 }, (_, k) => k * 10);
    const least = due
      .map((dueMs) => (dueMs > fromMs && dueMs < toMs ? toMs - dueMs : 0))
      .sort((a, b) => a - b);
    for (const percent of [50, 80, 90, 99, 100]) {
      const expected = least[Math.ceil((percent / 100) * least.length) - 1] ?? Number.NaN;
      const told = (response?.authenticated.histogram.getValueAtPercentile(percent) ?? 0) / 1000;
      expect(told, `p${percent}`).toBeGreaterThanOrEqual(expected * 0.999 - 0.001);
    }
    // At 100/s some 40 arrivals fall into a pause of 400 ms and wait 200 ms on average: 8 s in all, give or take a busy machine.
    expect(response?.authenticated.sumUs).toBeGreaterThan(4_000_000);
    expect(latency?.authenticated.maxUs).toBeGreaterThan(300_000);
    expect(response?.authenticated.count).toBe(latency?.authenticated.count);
  });

  it('times out what gets no answer, and says in which phase', async () => {
    const silentTcp = await on.server(tcpServer(() => {}));
    const silentMqtt = await on.server(tlsServer(on.corpus, () => {}));
    const opened = await on.storm();
    const order = { attemptTimeoutMs: 150, durationMs: 300 };
    const first = await opened.run(round(silentTcp.port, order)).done;
    expect(counts(first.recording)).toEqual({ 'timeout tls-handshake': 30 });
    const second = await opened.run(round(silentMqtt.port, { ...order, attemptTimeoutMs: 400 })).done;
    expect(Object.keys(counts(second.recording))).toContain('timeout connack');
    expectBooksToBalance(second.recording);
    expect(second.recording.unfinished).toBe(0);
  });
});

describe('a round of the closed model', () => {
  it('keeps each virtual user at it: the next attempt starts when the last has ended', async () => {
    let [now, most] = [0, 0];
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => {
        now++;
        most = Math.max(most, now);
        socket.once('data', () => setTimeout(() => socket.write(Buffer.from([0x20, 2, 0, 0])), 20));
        socket.once('data', () => setTimeout(() => now--, 20));
      }),
    );
    const { recording } = await (await on.storm()).run(
      round(port, { schedule: { model: 'constant-vus', vus: 5 } }),
    ).done;
    expectBooksToBalance(recording);
    expect(recording.missedArrivals).toBe(0);
    expect(recording.finished).toBeGreaterThan(15);
    expect(most).toBeLessThanOrEqual(5);
    expect(recording.cohorts[0]?.response.authenticated.count).toBe(0);
  });

  it('lets virtual users wait for an identity where there are fewer of those, and misses nothing', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const cohorts = [on.cohort('none', 1)];
    const { recording } = await (await on.storm({ cohorts })).run(
      round(port, { schedule: { model: 'constant-vus', vus: 6 } }),
    ).done;
    expectBooksToBalance(recording);
    expect(recording.missedArrivals).toBe(0);
    expect(recording.finished).toBeGreaterThan(10);
  });

  it('follows a ramp of virtual users up and down again', async () => {
    const { port } = await on.server(tlsServer(on.corpus, answering([0x20, 2, 0, 5])));
    const stages = [
      { durationMs: 300, target: 6 },
      { durationMs: 300, target: 0 },
    ];
    const { recording } = await (await on.storm()).run(
      round(port, { schedule: { model: 'ramping-vus', vus: 0, stages } }),
    ).done;
    expectBooksToBalance(recording);
    expect(recording.finished).toBeGreaterThan(5);
    expect(counts(recording)).toEqual({ 'connack-refused not authorized (5)': recording.finished });
  });

  it('does not run hot in one turn of the event loop when every attempt fails at once', async () => {
    const gone = await tcpServer(() => {});
    await gone.close();
    const { recording } = await (await on.storm()).run(
      round(gone.port, { schedule: { model: 'constant-vus', vus: 4 }, durationMs: 200 }),
    ).done;
    expectBooksToBalance(recording);
    expect(Object.keys(counts(recording))).toEqual(['connect-failed ECONNREFUSED']);
  });
});

describe('a round that runs out of file descriptors', () => {
  it('counts what could not be tried as local errors and goes on', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll, { requestCert: false }));
    const entry = new URL('./few-descriptors.ts', import.meta.url).pathname;
    const command = `ulimit -n 64 && exec "${process.execPath}" "${entry}" ${port} "${on.corpus.corpus.serverCaFile}"`;
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    const recording = JSON.parse(stdout) as Recording;
    expectBooksToBalance(recording);
    const seen = counts(recording);
    expect(seen['local-error EMFILE']).toBeGreaterThan(0);
    expect(seen.accepted).toBeGreaterThan(0);
  });
});

describe('a round in which a cohort is marked', () => {
  it('counts what started from then on apart: the last accept before it, the first refusal after it', async () => {
    let revoked = false;
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => answering(revoked ? [0x20, 2, 0, 5] : [0x20, 2, 0, 0])(socket)),
    );
    const cohorts = [on.cohort('none'), on.cohort('unknown-ca')];
    const run = (await on.storm({ cohorts })).run(round(port, { weights: [1, 1], durationMs: 60_000 }));
    while (run.progress().finished < 20) await delay(5);
    const markMs = run.mark(0);
    const before = run.progress().started;
    revoked = true;
    expect(run.mark(0)).toBe(markMs);
    expect(() => run.mark(2)).toThrow(RangeError);
    while (run.progress().finished < before + 30) await delay(5);
    run.stop();
    const { recording } = await run.done;
    expectBooksToBalance(recording);
    const [marked, other] = recording.cohorts;
    expect(other?.afterMark).toBeUndefined();
    const { accepted = -1, refused = -1, attempts = 0, firstRefusedMs = -1 } = marked?.afterMark ?? {};
    expect(marked?.afterMark?.markMs).toBe(markMs);
    expect(attempts).toBeGreaterThan(5);
    // The refusals began with the mark: those after it are all, but for what the stop found in flight.
    expect([accepted, refused <= attempts]).toEqual([0, true]);
    expect(firstRefusedMs).toBeGreaterThanOrEqual(0);
    expect(refused).toBeGreaterThan(5);
    expect(marked?.lastAcceptedStartMs).toBeLessThan(markMs + firstRefusedMs);
  });

  it('before it began has all of that cohort after the mark', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const run = (await on.storm()).run(round(port, { durationMs: 200 }));
    expect(run.mark(0)).toBe(0);
    const { recording } = await run.done;
    expect(recording.cohorts[0]?.afterMark).toMatchObject({ markMs: 0, attempts: 20, accepted: 20 });
  });

  it('before it began has the moment that was told, also when its workers hear of it after its start', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const order = round(port, { durationMs: 200 });
    // Handing the order to a worker reads it, here for longer than a round is ordered ahead of its start.
    Object.defineProperty(order, 'gracefulStopMs', {
      enumerable: true,
      get: () => {
        const until = performance.now() + 60;
        while (performance.now() < until);
        return 1_000;
      },
    });
    const run = (await on.storm()).run(order);
    expect(run.mark(0)).toBe(0);
    const { recording } = await run.done;
    expect(recording.cohorts[0]?.afterMark).toMatchObject({ markMs: 0, attempts: 20, accepted: 20 });
  });
});

describe('a round that is stopped', () => {
  it('ends at once: what was in flight is unfinished, what was measured is kept', async () => {
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => (Math.random() < 0.5 ? acceptAll(socket) : undefined)),
    );
    const run = (await on.storm()).run(round(port, { durationMs: 60_000, attemptTimeoutMs: 60_000 }));
    while (run.progress().finished < 10 || run.progress().inFlight < 5) await delay(10);
    run.stop();
    run.stop();
    const { recording, stoppedEarly } = await run.done;
    expect(stoppedEarly).toBe(true);
    expectBooksToBalance(recording);
    expect(recording.finished).toBeGreaterThanOrEqual(10);
    expect(recording.unfinished).toBeGreaterThanOrEqual(5);
  });

  it('before it began starts nothing', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const run = (await on.storm()).run(round(port));
    run.stop();
    const { recording, stoppedEarly } = await run.done;
    expect([recording.scheduled, recording.started, stoppedEarly]).toEqual([0, 0, true]);
  });
});
