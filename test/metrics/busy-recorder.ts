import { workerData } from 'node:worker_threads';
import { Recorder } from '../../src/metrics/recorder.ts';
import type { RecorderShape } from '../../src/metrics/recorder-layout.ts';

/** A thread that records without end, until it is killed. */
const { buffer, shape } = workerData as { buffer: SharedArrayBuffer; shape: RecorderShape };
const recorder = new Recorder(buffer, shape);
const kinds = ['accepted', 'tls-alert', 'timeout'] as const;

for (let k = 0; ; k++) {
  const startMs = (k / 100) % 1_000;
  const attempt = {
    cohort: k % 2,
    scheduledMs: startMs,
    startMs,
    connectedMs: startMs + 1,
    serverHelloMs: startMs + 1.5,
    serverFinishedMs: undefined,
    securedMs: startMs + 2,
  };
  recorder.started(attempt.cohort, startMs, startMs);
  if (k % 7 === 0) recorder.missed();
  if (k % 11 === 0) recorder.unfinished(attempt, startMs);
  else
    recorder.finished(
      attempt,
      { kind: kinds[k % 3] ?? 'closed', detail: `${k % 5}` },
      startMs + (k % 97),
      10,
      20,
    );
}
