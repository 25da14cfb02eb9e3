import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHistogram, encodeHistogram } from '../../src/metrics/encoding.ts';
import { mergeRecordings } from '../../src/metrics/read-recorder.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { allocateRecorder, recorderShape } from '../../src/metrics/recorder-layout.ts';
import type { Recording } from '../../src/metrics/recording.ts';
import { addRecordings, summarise } from '../../src/metrics/summary.ts';
import { attempts, type RecordedAttempt, record } from './attempts.ts';

const shape = recorderShape(2, 2_000, 1_000);

function recordingOf(all: readonly RecordedAttempt[]): Recording {
  const buffer = allocateRecorder(shape);
  const recorder = new Recorder(buffer, shape);
  for (const attempt of all) record(recorder, attempt);
  return mergeRecordings([buffer], shape).recording;
}

describe('adding recordings', () => {
  it('of rounds gives the recording of all their attempts', () => {
    fc.assert(
      fc.property(attempts(2), attempts(2), (first, second) => {
        const sum = addRecordings([recordingOf(first), recordingOf(second)]);
        const whole = recordingOf([...first, ...second]);
        const counts = ({ scheduled, started, finished, cohorts }: Recording) => [
          scheduled,
          started,
          finished,
          ...cohorts.map(({ latency, response, outcomes }) => [
            outcomes,
            ...[...Object.values(latency), ...Object.values(response)].map(
              ({ count, minUs, maxUs, histogram }) => [
                count,
                minUs,
                maxUs,
                histogram.totalCount,
                [1, 25, 50, 75, 90, 99, 99.9].map((percent) => histogram.getValueAtPercentile(percent)),
              ],
            ),
          ]),
        ];
        expect(counts(sum)).toEqual(counts(whole));
      }),
      { numRuns: 40 },
    );
  });

  it('changes none of them', () => {
    fc.assert(
      fc.property(attempts(2), (all) => {
        const recording = recordingOf(all);
        const before = JSON.stringify(recording);
        addRecordings([recording, recording]);
        expect(JSON.stringify(recording)).toBe(before);
      }),
      { numRuns: 10 },
    );
  });

  it('of no round is an empty recording', () => {
    expect(addRecordings([])).toMatchObject({ scheduled: 0, started: 0, finished: 0, cohorts: [] });
  });

  it('refuses timelines of different intervals, which have no common slices', () => {
    const [a, b] = [recordingOf([]), recordingOf([])];
    b.timeline.intervalMs *= 2;
    expect(() => addRecordings([a, b])).toThrow(/different intervals/);
  });
});

describe('a summary', () => {
  it('is undefined where nothing was recorded', () => {
    const latency = recordingOf([]).cohorts[0]?.latency.authenticated;
    expect(latency && summarise(latency)).toBeUndefined();
  });

  it('has exact ends and mean, and percentiles in order between them, within three digits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60_000_000 }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const recording = recordingOf(
            values.map((us) => ({
              cohort: 0,
              scheduledMs: undefined,
              startMs: 0,
              connectedMs: 0,
              serverHelloMs: undefined,
              serverFinishedMs: undefined,
              securedMs: 0,
              endMs: us / 1000,
              outcome: { kind: 'accepted', detail: '' },
              sent: 0,
              received: 0,
            })),
          );
          const latency = recording.cohorts[0]?.latency.authenticated;
          const summary = latency && summarise(latency);
          const sorted = values.toSorted((a, b) => a - b);
          expect(summary?.count).toBe(values.length);
          expect(summary?.min).toBe((sorted[0] ?? 0) / 1000);
          expect(summary?.max).toBe((sorted.at(-1) ?? 0) / 1000);
          expect(summary?.mean).toBeCloseTo(
            values.reduce((sum, value) => sum + value, 0) / values.length / 1000,
            6,
          );
          for (const [name, share] of [
            ['p50', 0.5],
            ['p90', 0.9],
            ['p99', 0.99],
            ['p999', 0.999],
          ] as const) {
            const exact = (sorted[Math.max(0, Math.ceil(values.length * share - 1e-9) - 1)] ?? 0) / 1000;
            const told = summary?.[name] ?? -1;
            expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact / 1000 + 1e-9);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

it('a histogram survives result.json', () => {
  fc.assert(
    fc.property(attempts(2), (all) => {
      const histogram = recordingOf(all).cohorts[0]?.latency.rejected.histogram;
      if (histogram === undefined) throw new Error('no histogram');
      const back = decodeHistogram(encodeHistogram(histogram));
      expect(back.totalCount).toBe(histogram.totalCount);
      for (const percent of [0, 10, 50, 90, 99, 100]) {
        expect(back.getValueAtPercentile(percent)).toBe(histogram.getValueAtPercentile(percent));
      }
    }),
    { numRuns: 40 },
  );
});
