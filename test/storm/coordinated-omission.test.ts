import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecorder } from '../../src/metrics/read-recorder.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { allocateRecorder, recorderShape } from '../../src/metrics/recorder-layout.ts';
import { type LatencySummary, summarise } from '../../src/metrics/summary.ts';
import { openLoad } from '../../src/storm/open-load.ts';
import { accepted } from '../../src/storm/outcomes.ts';
import { makeSchedule } from '../../src/storm/schedules/index.ts';

/** A stretch of time in which somebody does nothing. */
type Pause = { fromMs: number; ms: number };
type Script = { rate: number; durationMs: number; serviceMs: number; server: Pause; generator: Pause };

const none: Pause = { fromMs: 0, ms: 0 };
const within = ({ fromMs, ms }: Pause, atMs: number): boolean => atMs >= fromMs && atMs < fromMs + ms;

/** The scripted server: it answers after its service time, or when its pause is over. */
const answeredMs = ({ server, serviceMs }: Script, atMs: number): number =>
  serviceMs + (within(server, atMs) ? server.fromMs + server.ms : atMs);

/**
 * The storm's own open model and recorder on a clock of the test's: a tick each millisecond, but for those that the generator stands
 * still. What comes out is what the same storm would record on a machine that does nothing else.
 */
function play(script: Script): { service: LatencySummary; response: LatencySummary } {
  const { rate, durationMs, generator } = script;
  const shape = recorderShape(1, durationMs, 0);
  const buffer = allocateRecorder(shape);
  const recorder = new Recorder(buffer, shape);
  const schedule = makeSchedule({ model: 'constant-arrival-rate', rate }, durationMs);
  if (!schedule.open) throw new Error('a constant rate is an open model');
  let nowMs = 0;
  const start = (_: number, scheduledMs: number): 'started' => {
    recorder.started(0, nowMs, scheduledMs);
    const attempt = { cohort: 0, scheduledMs, startMs: nowMs, connectedMs: nowMs };
    const unseen = { serverHelloMs: undefined, serverFinishedMs: undefined, securedMs: nowMs };
    recorder.finished({ ...attempt, ...unseen }, accepted, answeredMs(script, nowMs), 0, 0);
    return 'started';
  };
  const load = openLoad(schedule, 0, 1, start, () => {
    throw new Error('nothing is missed');
  });
  for (; !load.over(nowMs); nowMs++) if (!within(generator, nowMs)) load.tick(nowMs);
  const [cohort] = readRecorder(buffer, shape).recording.cohorts;
  const [service, response] = [cohort?.latency.authenticated, cohort?.response.authenticated].map(
    (latency) => latency && summarise(latency),
  );
  if (service === undefined || response === undefined) throw new Error('nothing was recorded');
  return { service, response };
}

/** By hand, from the script alone: every arrival's due time, start and answer; then the value at each rank. */
function expected(script: Script): { service: number[]; response: number[] } {
  const { rate, durationMs, generator } = script;
  const service: number[] = [];
  const response: number[] = [];
  for (let k = 0; (k * 1000) / rate < durationMs; k++) {
    const dueMs = (k * 1000) / rate;
    const tickMs = Math.ceil(dueMs);
    const startMs = within(generator, tickMs) ? generator.fromMs + generator.ms : tickMs;
    service.push(answeredMs(script, startMs) - startMs);
    response.push(answeredMs(script, startMs) - dueMs);
  }
  return { service: service.sort((a, b) => a - b), response: response.sort((a, b) => a - b) };
}

const percentiles = { p50: 50, p90: 90, p99: 99, p999: 99.9 } as const;

/** Three significant digits and the microsecond that values are rounded to. */
function expectPercentiles(found: LatencySummary, sorted: readonly number[]): void {
  expect(found.count).toBe(sorted.length);
  for (const [name, percent] of Object.entries(percentiles)) {
    const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9));
    const exact = sorted[rank - 1] ?? Number.NaN;
    const told = found[name as keyof typeof percentiles];
    expect(Math.abs(told - exact), `${name}: ${told} for ${exact}`).toBeLessThanOrEqual(exact / 1000 + 0.001);
  }
}

describe('coordinated omission', () => {
  it('response and service times are those of the arithmetic, whoever pauses for however long', () => {
    const pause = fc.record({
      fromMs: fc.integer({ min: 0, max: 2_000 }),
      ms: fc.integer({ min: 0, max: 3_000 }),
    });
    const scripts = fc.record({
      rate: fc.integer({ min: 1, max: 900 }),
      durationMs: fc.integer({ min: 1_000, max: 4_000 }),
      serviceMs: fc.integer({ min: 1, max: 40 }),
      server: pause,
      generator: pause,
    });
    fc.assert(
      fc.property(scripts, (script) => {
        const { service, response } = play(script);
        const by = expected(script);
        expectPercentiles(service, by.service);
        expectPercentiles(response, by.response);
      }),
      { numRuns: 60 },
    );
  });

  // 100 a second for 10 s, and 2 s of it nobody moves: a fifth of the arrivals falls into the pause and waits evenly from 2 s down to
  // nothing. So nine tenths wait less than 1 s, 99 % less than 1.9 s; half of all wait for nothing but the service.
  const script: Script = { rate: 100, durationMs: 10_000, serviceMs: 5, server: none, generator: none };
  const pause: Pause = { fromMs: 4_000, ms: 2_000 };
  const gapMs = 10;
  const theory = { p50: 5, p90: 1_005, p99: 1_905, p999: 1_995, max: 2_005 } as const;

  const expectTheory = (found: LatencySummary): void => {
    for (const [name, ms] of Object.entries(theory))
      expect(Math.abs(found[name as keyof typeof theory] - ms), name).toBeLessThanOrEqual(gapMs + ms / 1000);
  };

  it('a server that pauses shows in both: each attempt had begun', () => {
    const { service, response } = play({ ...script, server: pause });
    expectTheory(response);
    expectTheory(service);
  });

  it('a generator that pauses shows in the response time as much, and in the service time not at all', () => {
    const { service, response } = play({ ...script, generator: pause });
    expectTheory(response);
    expect(service).toMatchObject({ p50: 5, p90: 5, p99: 5, max: 5 });
  });
});
