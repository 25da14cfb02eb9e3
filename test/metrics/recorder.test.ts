import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { encodeHistogram } from '../../src/metrics/encoding.ts';
import { type OutcomeKind, outcomeKinds, refusalKinds } from '../../src/metrics/outcome.ts';
import { mergeRecordings, readProgress, readRecorder } from '../../src/metrics/read-recorder.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { allocateRecorder, noneHeld, recorderShape, unmarked } from '../../src/metrics/recorder-layout.ts';
import { attempts, record } from './attempts.ts';
import { expectBooksToBalance } from './books.ts';

const shape = recorderShape(2, 2_000, 1_000);
const us = (ms: number): number => Math.max(0, Math.round(ms * 1000));

function histogramOf(values: number[]): string {
  const histogram = build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
  });
  for (const value of values) histogram.recordValue(value);
  return JSON.stringify(cells(histogram));
}

/** Every cell with its count: what two histograms must have in common to be the same. */
function cells(histogram: ReturnType<typeof build>): [number, number][] {
  const found: [number, number][] = [];
  for (const { valueIteratedTo, countAtValueIteratedTo } of allRecorded(histogram)) {
    found.push([valueIteratedTo, countAtValueIteratedTo]);
  }
  return found;
}

function* allRecorded(histogram: ReturnType<typeof build>) {
  const iterator = (histogram as unknown as { recordedValuesIterator: RecordedValues })
    .recordedValuesIterator;
  iterator.reset();
  while (iterator.hasNext()) yield { ...iterator.next() };
}
type RecordedValues = {
  reset(): void;
  hasNext(): boolean;
  next(): { valueIteratedTo: number; countAtValueIteratedTo: number };
};

/** Of a client that got nowhere, unless told otherwise. */
const attemptOf = (cohort: number, connectedMs?: number) => ({
  cohort,
  scheduledMs: undefined,
  startMs: 0,
  connectedMs,
  serverHelloMs: undefined,
  serverFinishedMs: undefined,
  securedMs: undefined,
});

describe('recorders of several workers, merged', () => {
  it('hold exactly what one histogram of all values holds, whoever recorded which', () => {
    fc.assert(
      fc.property(attempts(2), fc.integer({ min: 1, max: 4 }), (all, workers) => {
        const buffers = Array.from({ length: workers }, () => allocateRecorder(shape));
        const recorders = buffers.map((buffer) => new Recorder(buffer, shape));
        for (const [k, attempt] of all.entries()) {
          const recorder = recorders[k % workers];
          if (recorder !== undefined) record(recorder, attempt);
        }
        const { recording, scheduleError } = mergeRecordings(buffers, shape);
        expectBooksToBalance(recording);
        expect(recording.started).toBe(all.length);

        for (const cohort of [0, 1]) {
          const own = all.filter((attempt) => attempt.cohort === cohort);
          const merged = recording.cohorts[cohort];
          const isRefusal = (kind: OutcomeKind) => refusalKinds.includes(kind);
          const expected = {
            tcpConnect: own.flatMap(({ connectedMs, startMs }) =>
              connectedMs === undefined ? [] : us(connectedMs - startMs),
            ),
            serverHello: own.flatMap(({ serverHelloMs, startMs }) =>
              serverHelloMs === undefined ? [] : us(serverHelloMs - startMs),
            ),
            serverFinished: own.flatMap(({ serverFinishedMs, startMs }) =>
              serverFinishedMs === undefined ? [] : us(serverFinishedMs - startMs),
            ),
            tlsHandshake: own.flatMap(({ connectedMs, securedMs, outcome }) =>
              connectedMs === undefined ||
              securedMs === undefined ||
              !['accepted', 'connack-refused', 'operation-refused'].includes(outcome.kind)
                ? []
                : us(securedMs - connectedMs),
            ),
            authenticated: own
              .filter(({ outcome }) => outcome.kind === 'accepted')
              .map(({ endMs, startMs }) => us(endMs - startMs)),
            rejected: own
              .filter(({ outcome }) => isRefusal(outcome.kind))
              .map(({ endMs, startMs }) => us(endMs - startMs)),
          };
          for (const [name, values] of Object.entries(expected)) {
            const latency = merged?.latency[name as keyof typeof expected];
            expect(JSON.stringify(cells(latency?.histogram ?? build()))).toBe(histogramOf(values));
            expect(latency?.count).toBe(values.length);
            expect(latency?.sumUs).toBe(values.reduce((sum, value) => sum + value, 0));
            expect(latency?.minUs).toBe(values.length === 0 ? 0 : Math.min(...values));
            expect(latency?.maxUs).toBe(Math.max(0, ...values));
          }
          const response = own.flatMap(({ scheduledMs, endMs, outcome }) =>
            scheduledMs === undefined || outcome.kind !== 'accepted' ? [] : us(endMs - scheduledMs),
          );
          expect(JSON.stringify(cells(merged?.response.authenticated.histogram ?? build()))).toBe(
            histogramOf(response),
          );
          expect(merged?.bytesSent).toBe(own.reduce((sum, { sent }) => sum + sent, 0));
          for (const kind of outcomeKinds) {
            const counted = merged?.outcomes.filter((outcome) => outcome.kind === kind) ?? [];
            expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(
              own.filter(({ outcome }) => outcome.kind === kind).length,
            );
          }
        }
        expect(scheduleError.count).toBe(all.filter(({ scheduledMs }) => scheduledMs !== undefined).length);
      }),
      { numRuns: 60 },
    );
  });

  it('tell the attempts that started at a mark or later from the others, each exactly', () => {
    fc.assert(
      fc.property(
        attempts(2),
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0, max: 2_000, noNaN: true }),
        (all, workers, markMs) => {
          const buffers = Array.from({ length: workers }, () => allocateRecorder(shape));
          const marks = unmarked(2);
          const recorders = buffers.map((buffer) => new Recorder(buffer, shape, marks));
          marks[1] = markMs;
          for (const [k, attempt] of all.entries()) {
            const recorder = recorders[k % workers];
            if (recorder !== undefined) record(recorder, attempt);
          }
          const { cohorts } = mergeRecordings(buffers, shape, marks).recording;
          const starts = (cohort: number, kinds: readonly string[], fromMs = -Infinity) =>
            all
              .filter(({ outcome, startMs }) => kinds.includes(outcome.kind) && startMs >= fromMs)
              .flatMap((attempt) => (attempt.cohort === cohort ? attempt.startMs : []));
          const first = (times: number[]) => (times.length === 0 ? undefined : Math.min(...times));
          const last = (times: number[]) => (times.length === 0 ? undefined : Math.max(...times));
          const fromMark = (ms: number | undefined) => (ms === undefined ? undefined : ms - markMs);
          for (const cohort of [0, 1]) {
            expect(cohorts[cohort]?.firstRefusedStartMs).toBe(first(starts(cohort, refusalKinds)));
            expect(cohorts[cohort]?.lastAcceptedStartMs).toBe(last(starts(cohort, ['accepted'])));
          }
          expect(cohorts[0]?.afterMark).toBeUndefined();
          expect(cohorts[1]?.afterMark).toMatchObject({
            markMs,
            attempts: starts(1, outcomeKinds, markMs).length,
            accepted: starts(1, ['accepted'], markMs).length,
            refused: starts(1, refusalKinds, markMs).length,
            refusedAcross: all.filter(
              ({ cohort, outcome, startMs, endMs }) =>
                cohort === 1 && refusalKinds.includes(outcome.kind) && startMs < markMs && endMs >= markMs,
            ).length,
            firstRefusedMs: fromMark(first(starts(1, refusalKinds, markMs))),
            lastAcceptedMs: fromMark(last(starts(1, ['accepted'], markMs))),
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('count every session once: opened, ended in one way, held at each moment, cut before the mark or after it', () => {
    const session = fc.record({
      openedMs: fc.double({ min: 0, max: 1_900, noNaN: true }),
      lastsMs: fc.double({ min: 0, max: 1_000, noNaN: true }),
      how: fc.constantFrom('by-client' as const, 'cut' as const, 'at-end' as const),
    });
    const markMs = 800;
    fc.assert(
      fc.property(fc.array(session, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (all, workers) => {
        const buffers = Array.from({ length: workers }, () => allocateRecorder(shape));
        const marks = unmarked(2);
        const held = noneHeld(2);
        const recorders = buffers.map((buffer) => new Recorder(buffer, shape, marks, held));
        marks[0] = markMs;
        const sessions = all.map((one, k) => ({
          ...one,
          endMs: one.how === 'at-end' ? 2_000 : one.openedMs + one.lastsMs,
          recorder: recorders[k % workers]?.sessions,
        }));
        const moments = sessions
          .flatMap((one) => [
            { atMs: one.openedMs, change: 1, play: () => one.recorder?.opened(0, one.openedMs) },
            {
              atMs: one.endMs,
              change: -1,
              play: () => one.recorder?.ended(0, one.how, one.openedMs, one.endMs),
            },
          ])
          .sort((a, b) => a.atMs - b.atMs || b.change - a.change);
        let [now, most] = [0, 0];
        for (const { change, play } of moments) {
          play();
          now += change;
          most = Math.max(most, now);
        }
        const { recording } = mergeRecordings(buffers, shape, marks, held);
        const merged = recording.cohorts[0];
        expect(recording.cohorts[1]?.sessions).toBeUndefined();
        if (all.length === 0) return;
        const ends = (how: string) => sessions.filter((one) => one.how === how);
        const cuts = ends('cut').map(({ endMs }) => endMs);
        expect(merged?.sessions).toMatchObject({
          opened: all.length,
          peak: most,
          atEnd: ends('at-end').length,
          endedByClient: ends('by-client').length,
          cut: cuts.length,
          firstCutMs: cuts.length === 0 ? undefined : Math.min(...cuts),
          lastCutMs: cuts.length === 0 ? undefined : Math.max(...cuts),
        });
        const open = sessions.filter(({ openedMs, endMs }) => openedMs < markMs && endMs >= markMs);
        expect(merged?.afterMark).toMatchObject({
          sessionsCut: open.filter(({ how }) => how === 'cut').length,
          sessionsKept: open.filter(({ how }) => how === 'at-end').length,
        });
        const { sliceMs } = shape;
        for (const [slice, count] of (recording.timeline.cohorts[0]?.held ?? []).entries()) {
          const endMs = slice === shape.slices - 1 ? Infinity : (slice + 1) * sliceMs;
          const expected = sessions.filter(
            (one) => one.openedMs < endMs && (one.how === 'at-end' || one.endMs >= endMs),
          ).length;
          expect(count).toBe(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('count each attempt once in the timeline, also those that end long after the window', () => {
    fc.assert(
      fc.property(attempts(2), (all) => {
        const buffer = allocateRecorder(shape);
        const recorder = new Recorder(buffer, shape);
        for (const attempt of all) record(recorder, attempt);
        const { cohorts } = mergeRecordings([buffer], shape).recording.timeline;
        const total = (column: number[][]) => column.flat().reduce((sum, count) => sum + count, 0);
        expect(total(cohorts.map(({ started }) => started))).toBe(all.length);
        expect(total(cohorts.flatMap(({ accepted, refused, failed }) => [accepted, refused, failed]))).toBe(
          all.length,
        );
        for (const { accepted, refused, latency } of cohorts) {
          const decided = accepted.map((count, slice) => count + (refused[slice] ?? 0));
          expect(decided.map((_, slice) => total([latency[slice] ?? []]))).toEqual(decided);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a recorder', () => {
  it('counts every outcome when there are more details than it can tell apart', () => {
    const buffer = allocateRecorder(shape);
    const recorder = new Recorder(buffer, shape);
    const attempt = attemptOf(0);
    for (let k = 0; k < 500; k++) {
      recorder.started(0, 0, undefined);
      recorder.finished(
        attempt,
        { kind: k % 2 === 0 ? 'local-error' : 'closed', detail: `detail ${k}` },
        1,
        0,
        0,
      );
    }
    const { recording } = readRecorder(buffer, shape);
    expectBooksToBalance(recording);
    const others = recording.cohorts[0]?.outcomes.filter(({ detail }) => detail === 'other') ?? [];
    expect(others.map(({ kind }) => kind)).toEqual(['closed', 'local-error']);
    expect(recording.cohorts[0]?.outcomes.find(({ detail }) => detail === 'detail 3')?.count).toBe(1);
  });

  it('tells a text of any length and script without breaking', () => {
    const buffer = allocateRecorder(shape);
    const recorder = new Recorder(buffer, shape);
    const attempt = attemptOf(1);
    recorder.started(1, 0, undefined);
    recorder.finished(attempt, { kind: 'closed', detail: 'ö'.repeat(1_000) }, 1, 0, 0);
    expect(readRecorder(buffer, shape).recording.cohorts[1]?.outcomes[0]?.detail).toMatch(/^ö{60}$/);
  });

  it('counts a time beyond its range in the last cell and keeps its exact value', () => {
    const buffer = allocateRecorder(shape);
    const recorder = new Recorder(buffer, shape);
    const attempt = attemptOf(0, 3_600_000);
    recorder.started(0, 0, undefined);
    recorder.finished(attempt, { kind: 'closed', detail: '' }, 3_600_001, 0, 0);
    const { tcpConnect, rejected } = readRecorder(buffer, shape).recording.cohorts[0]?.latency ?? {};
    expect(tcpConnect?.maxUs).toBe(3_600_000_000);
    expect(rejected?.count).toBe(1);
    expect(rejected?.histogram.totalCount).toBe(1);
  });

  it('does not grow with the number of attempts', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const buffer = allocateRecorder(shape);
    const recorder = new Recorder(buffer, shape);
    const storm = (count: number) => {
      for (let k = 0; k < count; k++) {
        const startMs = k / 50;
        const attempt = {
          cohort: k % 2,
          scheduledMs: startMs,
          startMs,
          connectedMs: startMs + 1,
          serverHelloMs: startMs + 1.25,
          serverFinishedMs: startMs + 1.5,
          securedMs: startMs + 2,
        };
        recorder.started(attempt.cohort, startMs, startMs);
        recorder.finished(attempt, { kind: 'accepted', detail: '' }, startMs + (k % 1_000), 100, 100);
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const after20k = storm(20_000);
    const after220k = storm(200_000);
    expect(after220k - after20k).toBeLessThan(1 << 20);
    expect(readProgress(buffer, shape).finished).toBe(220_000);
  });

  it('leaves balanced books when its thread is killed in the middle of recording, at any moment', async () => {
    for (let kill = 0; kill < 8; kill++) {
      const buffer = allocateRecorder(shape);
      const thread = new Worker(new URL('./busy-recorder.ts', import.meta.url), {
        workerData: { buffer, shape },
      });
      while (readProgress(buffer, shape).started < 1_000) await delay(2);
      await delay(kill % 5);
      await thread.terminate();
      const { recording } = readRecorder(buffer, shape);
      expect(recording.finished).toBeGreaterThan(500);
      expectBooksToBalance(recording);
    }
  });

  it('has at most 120 slices, whatever the length of the round', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 * 86_400_000 }),
        fc.nat(60_000),
        (durationMs, gracefulStopMs) => {
          const { slices, sliceMs, windowSlices } = recorderShape(1, durationMs, gracefulStopMs);
          expect(slices).toBeLessThanOrEqual(120);
          expect(windowSlices * sliceMs).toBeGreaterThanOrEqual(durationMs);
        },
      ),
    );
  });
});

it('an encoded histogram is a whole V2 histogram and nothing more', () => {
  const histogram = build();
  histogram.recordValue(1_234);
  const bytes = Buffer.from(encodeHistogram(histogram), 'base64');
  expect(bytes.readInt32BE(0)).toBe(0x1c849314);
  expect(bytes.length).toBe(8 + bytes.readInt32BE(4));
});
