import { expect, test } from 'vitest';
import { latencyBinOf } from '../../src/metrics/latency-bins.ts';
import { readRecorder } from '../../src/metrics/read-recorder.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { allocateRecorder, recorderShape } from '../../src/metrics/recorder-layout.ts';

test('each PUBACK is in the bin of its wait and the slice of its end, each missed ping in its slice; of the other cohort there is nothing', () => {
  const shape = recorderShape(2, 1000, 0);
  const buffer = allocateRecorder(shape);
  const { sessions } = new Recorder(buffer, shape);
  sessions.opened(1, 0);
  for (const [waitMs, atMs] of [
    [1, 5],
    [1, 7],
    [30, 15],
    [400, 990],
  ] as const)
    sessions.acknowledged(1, waitMs, atMs);
  sessions.missedPing(1, 12);
  sessions.missedPing(1, 19);
  const { recording } = readRecorder(buffer, shape);
  const [other, own] = recording.timeline.cohorts;
  expect(other).toMatchObject({ publish: [], missedPings: [] });
  expect(own?.publish[0]?.[latencyBinOf(1)]).toBe(2);
  expect(own?.publish[1]?.[latencyBinOf(30)]).toBe(1);
  expect(own?.publish[99]?.[latencyBinOf(400)]).toBe(1);
  expect(own?.publish.flat().reduce((a, b) => a + b, 0)).toBe(recording.cohorts[1]?.sessions?.publish.count);
  expect(own?.missedPings.map((count, slice) => [slice, count]).filter(([, count]) => count !== 0)).toEqual([
    [1, 2],
  ]);
});
