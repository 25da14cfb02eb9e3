import { setTimeout as delay } from 'node:timers/promises';
import type { VariantPlan } from '../scenario/plan.ts';
import type { RecordedAttempt, RoundOrder } from '../storm/order.ts';
import type { Storm } from '../storm/storm.ts';
import type { RunningTarget, TargetDeath, TargetSnapshot } from '../targets/target.ts';
import { askedRate } from './asked-rate.ts';
import { readTargetCpu } from './cpu-sources.ts';
import { drain, unlessDead } from './drain.ts';
import { type FoundLimit, findLimit } from './find-limit.ts';
import { watchKernel } from './kernel-counters.ts';
import { LiveFigures, type LiveRound } from './live-round.ts';
import { calibrateBlock, watchMachine } from './machine.ts';
import type { MeasuredRound, MeasuredTarget, TargetSample } from './measured-round.ts';
import { withOwnArrivals } from './own-arrivals.ts';
import { playEvents } from './play-events.ts';
import { scheduleOrder, warmupOrder } from './schedule-order.ts';
import { sparingly } from './sparingly.ts';
import type { RoundSurroundings } from './surroundings.ts';

/** Often enough for a curve over a round of seconds, seldom enough to cost the broker's side thread nothing that shows. */
const sampleIntervalMs = 250;

type Measurement = {
  variant: VariantPlan;
  round: number;
  order: number;
  seed: number;
  target: RunningTarget;
  storm: Storm;
  surroundings: RoundSurroundings;
  signal: AbortSignal;
  onProgress: (live: LiveRound, durationMs: number) => void;
  /** Given every attempt, where somebody asks for them. */
  onAttempts?: ((attempts: Iterable<RecordedAttempt>) => void) | undefined;
};

/**
 * Measures one round: warms up unrecorded, brings the target to its starting state, and storms between two snapshots. The round ends
 * early, with what it has, when the target dies or the signal fires.
 */
export async function measureRound(measurement: Measurement): Promise<MeasuredRound> {
  const { variant, target, storm, surroundings, signal } = measurement;
  const asked = roundOrder(variant, measurement.seed, target);
  const calibration = await calibrateBlock();
  if (variant.load.warmupMs > 0) {
    await runUntilStopped(storm.run(warmupOrder(asked, variant.load)), target, signal);
    await drain(target);
  }
  const found = variant.load.model === 'find-limit' ? await searchLimit(measurement, asked) : undefined;
  const order = found === undefined ? asked : atRate(asked, playedRate(found.limit, variant.load.rate));
  if (!signal.aborted) await unlessDead(target.prepareRound());
  const before = await measuredSnapshot(measurement);
  const servicesBefore = await surroundings.serviceSnapshots();

  const machine = watchMachine();
  const kernel = watchKernel();
  const startedAt = performance.now();
  const samples: TargetSample[] = [];
  // The tickets that the warm-up was given are those that the fleet starts with.
  const played = withOwnArrivals(
    {
      ...order,
      tickets: variant.load.warmupMs > 0 ? 'kept' : 'forgotten',
      logAttempts: measurement.onAttempts !== undefined,
    },
    variant.cohorts,
  );
  const run = storm.run(played);
  const figures = new LiveFigures(variant.cohorts, askedRate(played), played.durationMs);
  const tell = sparingly(() =>
    measurement.onProgress(figures.read(run.progress(), run.cohorts(), samples), played.durationMs),
  );
  const sampler = setInterval(() => {
    tell();
    if (before === null) return;
    void unlessDead(target.snapshot()).then((snapshot) => {
      if (snapshot !== null && snapshot.cpuUserMs !== null)
        samples.push(sampleOf(snapshot, before, performance.now() - startedAt));
    });
  }, sampleIntervalMs);
  const now = () => run.progress().elapsedMs;
  const playing = playEvents(variant.events, now, async (event) => {
    const revoked = variant.cohorts.findIndex(({ name }) => event.kind === 'revoke' && name === event.cohort);
    let atMs = 0;
    const more = await surroundings.happen(event, () => {
      atMs = revoked < 0 ? now() : run.mark(revoked);
    });
    return { atMs, ...more };
  });
  const ending = await runUntilStopped(run, target, signal).finally(() => clearInterval(sampler));
  tell(true);
  const events = await playing.end();
  if (ending.death === null) await drain(target);
  const silence = ending.death === null ? await silenceAfter(ending.recording, target) : null;
  const after = ending.death === null ? await measuredSnapshot(measurement) : null;
  const counted = kernel.end(ending.recording.recording);
  const servicesAfter = await surroundings.serviceSnapshots();
  const { attempts, ...recording } = ending.recording;
  if (attempts !== undefined) measurement.onAttempts?.(attempts);
  const measuredCpuMs = cpuBetween([before, ...servicesBefore], [after, ...servicesAfter]);

  return {
    round: measurement.round,
    order: measurement.order,
    storm: recording,
    before,
    after,
    samples,
    services: { before: servicesBefore, after: servicesAfter },
    machine: machine.end(calibration, measuredCpuMs, performance.now() - startedAt),
    kernel: counted,
    events: events.played,
    ...(found !== undefined && { limit: found.limit }),
    troubles: [
      ...(found?.trouble === undefined ? [] : [found.trouble]),
      ...eventTroubles(events.error),
      ...surroundings.serviceDeaths,
      ...(silence === null ? [] : [`the broker hung, and answers nobody now (${silence})`]),
    ],
    interruption: interruption(ending, ending.recording.elapsedMs),
    targetDied: ending.death !== null,
    targetHung: silence !== null,
  };
}

async function measuredSnapshot({ target, variant }: Measurement): Promise<MeasuredTarget | null> {
  const snapshot = await unlessDead(target.snapshot());
  return snapshot && { ...snapshot, cpu: readTargetCpu(target, variant.target.kind, snapshot) };
}

/** Each rate that is tried draws its arrivals anew. */
function searchLimit(
  { variant, target, storm, signal }: Measurement,
  order: RoundOrder,
): Promise<FoundLimit> {
  let tried = 0;
  const play = async (rate: number) => {
    const seed = (order.seed ^ Math.imul(++tried, 0x9e3779b1)) >>> 0;
    const { recording } = await runUntilStopped(
      storm.run(
        withOwnArrivals(
          { ...atRate(order, rate), seed, tickets: tried === 1 ? 'forgotten' : 'kept' },
          variant.cohorts,
        ),
      ),
      target,
      signal,
    );
    await drain(target);
    return recording;
  };
  return findLimit(variant, play, storm.workers.length, signal);
}

/** The round is played at the rate that holds; where none did, at the lowest that was tried, so that it shows why. */
function playedRate({ low, high }: FoundLimit['limit'], from: number): number {
  return low > 0 ? low : (high ?? from);
}

function atRate(order: RoundOrder, rate: number): RoundOrder {
  return { ...order, schedule: { model: 'constant-arrival-rate', rate } };
}

type CpuTimes = { cpuUserMs: number | null; cpuSystemMs: number | null };

/** CPU that the target and its services spent between two rows of snapshots; a process that died or was started meanwhile counts for nothing. */
function cpuBetween(before: readonly (CpuTimes | null)[], after: readonly (CpuTimes | null)[]): number {
  return after.reduce((sum, end, index) => {
    const start = before[index];
    return end === null || start == null ? sum : sum + Math.max(0, cpuMs(end) - cpuMs(start));
  }, 0);
}

function cpuMs({ cpuUserMs, cpuSystemMs }: CpuTimes): number {
  return (cpuUserMs ?? 0) + (cpuSystemMs ?? 0);
}

type Ending = { recording: MeasuredRound['storm']; death: TargetDeath | null; stopped: boolean };

async function runUntilStopped(
  run: ReturnType<Storm['run']>,
  target: RunningTarget,
  signal: AbortSignal,
): Promise<Ending> {
  let death: TargetDeath | null = null;
  let over = false;
  const stop = () => run.stop();
  void target.died.then((told) => {
    death = told;
    if (!over) run.stop();
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) run.stop();
  const recording = await run.done;
  // A broker killed at the very end: its death is told a moment after the last socket closed.
  if (death === null) await Promise.race([target.died, delay(20)]);
  over = true;
  signal.removeEventListener('abort', stop);
  return { recording, death, stopped: signal.aborted };
}

/** Where clients waited in vain: whether the target still answers anybody. */
async function silenceAfter(
  { recording }: MeasuredRound['storm'],
  target: RunningTarget,
): Promise<string | null> {
  const inVain = recording.cohorts.some(({ outcomes }) =>
    outcomes.some(({ kind, count }) => kind === 'timeout' && count > 0),
  );
  return inVain ? ((await target.silence?.()) ?? null) : null;
}

/** An event that fails leaves a round that is not what the scenario says; the storm's figures are there all the same. */
function eventTroubles(error: unknown): string[] {
  if (error === undefined) return [];
  return [`an event could not be played (${error instanceof Error ? error.message : String(error)})`];
}

function interruption({ death, stopped }: Ending, elapsedMs: number): string | null {
  const after = `${(elapsedMs / 1000).toFixed(1)} s into the round`;
  if (death !== null) {
    const how =
      death.signal === null ? `ended with exit code ${death.code}` : `was killed by ${death.signal}`;
    const last =
      death.lastStderr.length === 0 ? '' : `; its last words: ${death.lastStderr.slice(-3).join(' | ')}`;
    return `the broker ${how} ${after}${last}`;
  }
  return stopped ? `stopped by a signal ${after}` : null;
}

function sampleOf(snapshot: TargetSnapshot, before: TargetSnapshot, atMs: number): TargetSample {
  return {
    atMs,
    cpuMs: cpuMs(snapshot) - cpuMs(before),
    rssMiB: (snapshot.rssBytes ?? 0) / 2 ** 20,
  };
}

function roundOrder(variant: VariantPlan, seed: number, target: RunningTarget): RoundOrder {
  const { load, cohorts } = variant;
  const { transport } = variant.target;
  return {
    address: target.address,
    serverName: target.serverName,
    transport,
    seed,
    weights: cohorts.map(({ weight }) => weight),
    schedule: scheduleOrder(load, seed, cohorts),
    durationMs: load.durationMs,
    maxInFlight: load.maxInFlight,
    attemptTimeoutMs: load.attemptTimeoutMs,
    gracefulStopMs: load.gracefulStopMs,
  };
}
