import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { RunFollower } from '../src/cli/live/follow-run.ts';
import { progressOn } from '../src/cli/progress.ts';
import { outcomeKinds } from '../src/metrics/outcome.ts';
import { readLive } from '../src/metrics/read-live.ts';
import { Recorder } from '../src/metrics/recorder.ts';
import { allocateRecorder, recorderShape } from '../src/metrics/recorder-layout.ts';
import { renderLiveMetrics } from '../src/report/live/live-openmetrics.ts';
import { renderLiveParts } from '../src/report/live/live-page.ts';
import { LiveFigures } from '../src/run/live-round.ts';
import type { CohortPlan } from '../src/scenario/plan.ts';

/**
 * What it costs the conductor's thread to tell of a run while it goes on: nine cohorts and two workers with 200,000 attempts, read, and told
 * to a terminal (four times a second), a live page (twice) and Prometheus (once). CPU milliseconds for each second of a run.
 */
const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
/** Per cent of one core, for the terminal. */
const wanted = 1;

const cohorts = 9;
const shape = recorderShape(cohorts, 10_000, 1_000);
const buffers = [0, 1].map((worker) => {
  const buffer = allocateRecorder(shape);
  const recorder = new Recorder(buffer, shape);
  for (let k = worker; k < 200_000; k += 2) {
    const startMs = (k * 10_000) / 200_000;
    const tookMs = 1 + (k % 997) ** 1.5 / 500;
    const attempt = {
      cohort: k % cohorts,
      scheduledMs: startMs,
      startMs,
      connectedMs: startMs + 0.2,
      serverHelloMs: undefined,
      serverFinishedMs: undefined,
      securedMs: startMs + 0.8,
    };
    recorder.started(attempt.cohort, startMs, startMs);
    const kind = k % cohorts === 0 ? 'accepted' : (outcomeKinds[1 + (k % 2) * 3] ?? 'closed');
    recorder.finished(attempt, { kind, detail: '' }, startMs + tookMs, 2_000, 3_000);
  }
  return buffer;
});
const plans = Array.from(
  { length: cohorts },
  (_, i) => ({ name: `cohort-${i}`, expect: { outcome: i === 0 ? 'accept' : 'reject' } }) as CohortPlan,
);
const samples = Array.from({ length: 40 }, (_, i) => ({ atMs: i * 250, cpuMs: i * 200, rssMiB: 120 }));

let now = 0;
let written = 0;
const follower = new RunFollower({ scenario: 'bench', seed: 1, certstorm: '' });
const write = (text: string): boolean => {
  written += text.length;
  return true;
};
const stream = { isTTY: true, columns: 100, rows: 40, write };
const progress = progressOn(stream, follower, () => now);
const figures = new LiveFigures(plans, () => 200);

function tick(): void {
  now += 250;
  const counts = {
    elapsedMs: now % 10_000,
    started: 200_000,
    finished: 200_000,
    inFlight: 0,
    missedArrivals: 0,
  };
  const live = figures.read(counts, readLive(buffers, shape), samples);
  progress.onEvent({
    kind: 'progress',
    variant: 'default',
    position: 0,
    of: 1,
    durationMs: 10_000,
    leftMs: 1_000,
    live,
  });
}

function cpuMsOf(action: () => void): number {
  for (let i = 0; i < 20; i++) action();
  return median(
    Array.from({ length: 9 }, () => {
      const before = process.cpuUsage();
      for (let i = 0; i < 20; i++) action();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000 / 20;
    }),
  );
}

const terminal = 4 * cpuMsOf(tick);
const page = 2 * cpuMsOf(() => void renderLiveParts(follower.state));
const metrics = cpuMsOf(() => void renderLiveMetrics(follower.state));
const cpuMsPerSecond = { terminal, page, metrics };
const percentOfCore = Object.fromEntries(Object.entries(cpuMsPerSecond).map(([name, ms]) => [name, ms / 10]));
const kept = terminal / 10 < wanted;
if (flags.json)
  process.stdout.write(`${JSON.stringify({ cpuMsPerSecond, percentOfCore, wanted, kept }, null, 2)}\n`);
else
  for (const [name, ms] of Object.entries(cpuMsPerSecond))
    process.stdout.write(
      `${name.padEnd(10)}${ms.toFixed(2)} ms of CPU a second, ${(ms / 10).toFixed(2)} % of a core\n`,
    );
if (!kept || written === 0) process.exitCode = 1;
