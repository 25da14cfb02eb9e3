import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outcomeKinds } from '../../src/metrics/outcome.ts';
import { readLive } from '../../src/metrics/read-live.ts';
import { mergeRecordings } from '../../src/metrics/read-recorder.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { allocateRecorder, recorderShape } from '../../src/metrics/recorder-layout.ts';
import { summarise } from '../../src/metrics/summary.ts';
import { attempts, record } from './attempts.ts';

const shape = recorderShape(2, 2_000, 1_000);

it('what is read while a round goes on is what its recording says, of whichever worker', () => {
  fc.assert(
    fc.property(attempts(2), attempts(2), (...workers) => {
      const buffers = workers.map((all) => {
        const buffer = allocateRecorder(shape);
        const recorder = new Recorder(buffer, shape);
        for (const attempt of all) record(recorder, attempt);
        return buffer;
      });
      const { recording } = mergeRecordings(buffers, shape);
      for (const [index, live] of readLive(buffers, shape).entries()) {
        const cohort = recording.cohorts[index];
        if (cohort === undefined) throw new Error('there are two cohorts');
        expect(live.started).toBe(cohort.started);
        for (const kind of outcomeKinds)
          expect(live.outcomes[kind]).toBe(
            cohort.outcomes.reduce((sum, one) => sum + (one.kind === kind ? one.count : 0), 0),
          );
        for (const phase of ['authenticated', 'rejected'] as const) {
          const summary = summarise(cohort.latency[phase]);
          if (summary === undefined) expect(live[phase]).toBeNull();
          else
            expect(live[phase]).toEqual({
              count: summary.count,
              sumMs: cohort.latency[phase].sumUs / 1000,
              p50Ms: summary.p50,
              p99Ms: summary.p99,
            });
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('before the first attempt there are counts of nothing, and no times', () => {
  const [first, second] = readLive([allocateRecorder(shape)], shape);
  expect(first).toEqual(second);
  expect(first).toMatchObject({ started: 0, authenticated: null, rejected: null });
});
