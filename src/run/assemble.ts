import { encodeHistogram } from '../metrics/encoding.ts';
import { addLatencies } from '../metrics/latency.ts';
import { type LatencyName, latencyNames, type ResponseName, responseNames } from '../metrics/outcome.ts';
import type { CohortRecording, LatencyRecording, Recording } from '../metrics/recording.ts';
import { addRecordings, summarise } from '../metrics/summary.ts';
import type { Accounting, CohortResult, Latency, RoundResult, VariantResult } from '../result/schema.ts';
import type { CohortPlan, VariantPlan } from '../scenario/plan.ts';
import type { TargetSnapshot } from '../targets/target.ts';
import { asymmetryOf } from './asymmetry.ts';
import { objectiveOf } from './breaking-point.ts';
import { type BrokerCounts, connectionsIn, sumCounts } from './broker-counts.ts';
import { clauseBroken } from './clause.ts';
import { compareSources } from './cpu-sources.ts';
import { judgeCohort } from './judgement.ts';
import { describeLag } from './lag.ts';
import { latencyOverTime, publishOverTime } from './latency-over-time.ts';
import type { MeasuredRound } from './measured-round.ts';
import { revocationFigures } from './revocation-figures.ts';
import { bytesPerDeviceHour } from './revocation-traffic.ts';
import { connectionsTaken, eventFigures, serviceFigures } from './service-figures.ts';
import { describeNegotiated, describeSessions } from './session-figures.ts';

/** A measured round with the broker's own count of each cohort, where the target keeps one. */
export type CountedRound = MeasuredRound & { counts: BrokerCounts[] | null };

export type TargetFacts = Pick<
  VariantResult['target'],
  'kind' | 'version' | 'address' | 'remarks' | 'tuned' | 'inFlightMemory'
>;
/** Why there is nothing to tell of a variant, and whether that is held against the run. */
type Failing = Pick<VariantResult, 'failure' | 'impossible' | 'notInstalled'>;
export type CorpusFigures = VariantResult['corpus'];

/** Everything that is known of a variant, as result.json tells it. `rounds` may be empty: then `failing` says why. */
export function describeVariant(
  variant: VariantPlan,
  rounds: readonly CountedRound[],
  target: TargetFacts,
  corpus: CorpusFigures,
  workers: number,
  failing: Failing,
): VariantResult {
  const merged = addRecordings(rounds.map(({ storm }) => storm.recording));
  const threads = rounds.flatMap(({ after }) => after?.threads ?? []);
  const rss = rounds.flatMap(({ after }) => after?.rssPeakBytes ?? []);
  return {
    name: variant.name,
    labels: variant.labels,
    ...failing,
    ...optional('objective', objectiveOf(variant.load.objective)),
    rounds: rounds.map((round) => describeRound(variant, round)),
    cohorts: variant.cohorts.map((plan, index) => {
      const recording = merged.cohorts[index];
      const counts = rounds.flatMap((round) => round.counts?.[index] ?? []);
      return describeCohort(plan, recording, counts.length === 0 ? null : sumCounts(counts));
    }),
    target: {
      ...target,
      ...withTraffic(targetFigures(rounds), variant, rounds),
      ...(threads.length === 0 ? {} : { threads: Math.max(...threads) }),
      ...(rss.length === 0 ? {} : { rssPeakMiB: Math.max(...rss) / 2 ** 20 }),
    },
    generator: { ...generatorFigures(rounds, merged), workers },
    accounting: accounting(merged),
    ...optional('services', serviceFigures(rounds)),
    ...optional('asymmetry', asymmetry(rounds, merged)),
    corpus,
  };
}

/** A field that there is, or none: a result has no field that is undefined. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Field in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Field in Name]: Value });
}

function describeRound(variant: VariantPlan, round: CountedRound): RoundResult {
  const { storm } = round;
  const { recording } = storm;
  const { timeline } = recording;
  return {
    index: round.round,
    order: round.order,
    startedAt: new Date(storm.startedAt).toISOString(),
    elapsedMs: storm.elapsedMs,
    complete: round.interruption === null,
    ...(round.interruption === null ? {} : { interruption: round.interruption }),
    machine: round.machine,
    accounting: accounting(recording),
    target: targetFigures([round]),
    generator: generatorFigures([round], recording),
    ...optional('services', serviceFigures([round])),
    ...optional('asymmetry', asymmetry([round], recording)),
    ...optional('events', eventFigures(round)),
    ...optional('kernel', kernelCounts(round)),
    ...optional('limit', round.limit),
    cohorts: variant.cohorts.map((plan, index) => {
      const { name, attempts, falseAccepts, falseRejects, errors, latencyMs, lag, sessions } = describeCohort(
        plan,
        recording.cohorts[index],
        round.counts?.[index] ?? null,
      );
      return {
        name,
        attempts,
        falseAccepts,
        falseRejects,
        errors,
        latencyMs,
        ...optional('lag', lag),
        ...optional('sessions', sessions),
      };
    }),
    timeline: {
      intervalMs: timeline.intervalMs,
      cohorts: variant.cohorts.map(({ name }, index) => ({
        name,
        started: timeline.cohorts[index]?.started ?? [],
        accepted: timeline.cohorts[index]?.accepted ?? [],
        refused: timeline.cohorts[index]?.refused ?? [],
        failed: timeline.cohorts[index]?.failed ?? [],
        ...columnOf('held', timeline.cohorts[index]?.held),
        ...columnOf('missedPings', timeline.cohorts[index]?.missedPings),
      })),
      latency: latencyOverTime(timeline, variant.cohorts),
      ...optional('publish', publishOverTime(timeline, variant.cohorts)),
      target: {
        atMs: round.samples.map(({ atMs }) => atMs),
        cpuMs: round.samples.map(({ cpuMs }) => cpuMs),
        rssMiB: round.samples.map(({ rssMiB }) => rssMiB),
      },
    },
  };
}

/** No column where there is nothing in it: no session was held, no ping missed. */
function columnOf<Name extends string>(name: Name, column: number[] = []): { [Field in Name]?: number[] } {
  return optional(name, column.length === 0 ? undefined : column);
}

function kernelCounts({ kernel, counts, services, after }: CountedRound): RoundResult['kernel'] {
  if (kernel === undefined) return undefined;
  const servicesSaw = connectionsTaken(services);
  return {
    ...kernel,
    // Who does not see what is refused in TLS does not count connections.
    ...(counts !== null && !after?.blindTo?.includes('tls') && { brokerSaw: connectionsIn(counts) }),
    ...(servicesSaw !== undefined && {
      servicesSaw,
      ...optional('others', kernel.others && Math.max(0, kernel.others - servicesSaw)),
    }),
  };
}

export function describeCohort(
  plan: CohortPlan,
  recording: CohortRecording | undefined,
  broker: BrokerCounts | null,
): CohortResult {
  const head = {
    name: plan.name,
    expected: plan.expect.outcome,
    ...(plan.expect.cause === undefined ? {} : { expectedCause: plan.expect.cause }),
    defect: plan.defect,
    ...optional('messageOrder', plan.messageOrder),
    ...optional('clause', clauseBroken(plan)),
    driver: plan.driver,
  };
  const tail = broker === null ? {} : { brokerCounts: broker };
  if (recording === undefined) {
    return {
      ...head,
      attempts: 0,
      outcomes: [],
      falseAccepts: 0,
      falseRejects: 0,
      errors: 0,
      latencyMs: {},
      responseMs: {},
      histograms: {},
      bytes: { sent: 0, received: 0 },
      ...tail,
    };
  }
  const finished = recording.outcomes.reduce((sum, { count }) => sum + count, 0);
  const lag = describeLag(recording, plan.identities);
  return {
    ...head,
    attempts: recording.started,
    outcomes: recording.outcomes.filter(({ count }) => count > 0),
    ...judgeCohort(plan.expect, recording, broker, plan.slow !== undefined),
    latencyMs: summariseAll(latencyNames, recording.latency),
    responseMs: summariseAll(responseNames, recording.response),
    histograms: encodeAll(recording),
    bytes: {
      sent: recording.bytesSent / Math.max(1, finished),
      received: recording.bytesReceived / Math.max(1, finished),
    },
    ...optional('lag', lag),
    ...optional('sessions', describeSessions(recording)),
    ...optional('negotiated', describeNegotiated(recording, plan.tls)),
    ...tail,
  };
}

function summariseAll<Name extends string>(
  names: readonly Name[],
  recordings: Record<Name, LatencyRecording>,
): Partial<Record<Name, Latency>> {
  const summaries: Partial<Record<Name, Latency>> = {};
  for (const name of names) {
    const summary = summarise(recordings[name]);
    if (summary !== undefined) summaries[name] = summary;
  }
  return summaries;
}

function encodeAll(recording: CohortRecording): Record<string, string> {
  const encoded: Record<string, string> = {};
  const keep = (name: string, latency: LatencyRecording) => {
    if (latency.count > 0) encoded[name] = encodeHistogram(latency.histogram);
  };
  for (const name of latencyNames satisfies readonly LatencyName[]) keep(name, recording.latency[name]);
  for (const name of responseNames satisfies readonly ResponseName[])
    keep(`response.${name}`, recording.response[name]);
  if (recording.sessions !== undefined) keep('publish', recording.sessions.publish);
  return encoded;
}

export function accounting({
  scheduled,
  started,
  missedArrivals,
  finished,
  unfinished,
}: Recording): Accounting {
  return { scheduled, started, missedArrivals, finished, unfinished };
}

/** Null where the target's CPU is not known. */
function cpuBetween(
  before: TargetSnapshot,
  after: TargetSnapshot,
): { userMs: number; systemMs: number } | null {
  if (before.cpuUserMs === null || before.cpuSystemMs === null) return null;
  if (after.cpuUserMs === null || after.cpuSystemMs === null) return null;
  return { userMs: after.cpuUserMs - before.cpuUserMs, systemMs: after.cpuSystemMs - before.cpuSystemMs };
}

/** CPU over the rounds that have both snapshots, per attempt of the same rounds. */
function targetFigures(rounds: readonly MeasuredRound[]): RoundResult['target'] {
  let cpuUserMs = 0;
  let cpuSystemMs = 0;
  let attempts = 0;
  const delays: { p50: number; p99: number; max: number }[] = [];
  const collections: Collections[] = [];
  for (const { before, after, storm } of rounds) {
    if (before === null || after === null) continue;
    const cpu = cpuBetween(before, after);
    if (cpu === null) continue;
    cpuUserMs += cpu.userMs;
    cpuSystemMs += cpu.systemMs;
    attempts += storm.recording.started;
    if (after.eventLoopDelayMs !== null) delays.push(after.eventLoopDelayMs);
    if (after.collections !== undefined) collections.push(after.collections);
  }
  if (attempts === 0) return {};
  return {
    cpuMsPerAttempt: (cpuUserMs + cpuSystemMs) / attempts,
    cpuUserMs,
    cpuSystemMs,
    ...optional(
      'cpuSources',
      compareSources(rounds.map(({ before, after }) => ({ before: before?.cpu, after: after?.cpu }))),
    ),
    ...(delays.length === 0 ? {} : { eventLoopDelayMs: worstOf(delays) }),
    ...(collections.length === 0 ? {} : { collections: addCollections(collections) }),
    ...optional('revocation', revocationFigures(rounds)),
  };
}

function withTraffic(
  figures: RoundResult['target'],
  { cohorts }: VariantPlan,
  rounds: readonly MeasuredRound[],
): RoundResult['target'] {
  const { revocation } = figures;
  if (revocation === undefined) return figures;
  const traffic = bytesPerDeviceHour(
    revocation,
    serviceFigures(rounds),
    cohorts.reduce((sum, { identities }) => sum + identities, 0),
    rounds.reduce((sum, { storm }) => sum + storm.elapsedMs, 0),
  );
  return { ...figures, revocation: { ...revocation, ...optional('bytesPerDeviceHour', traffic) } };
}

function asymmetry(rounds: readonly MeasuredRound[], recording: Recording): RoundResult['asymmetry'] {
  return asymmetryOf(
    targetFigures(rounds),
    generatorFigures(rounds, recording),
    serviceFigures(rounds) ?? [],
  );
}

function generatorFigures(rounds: readonly MeasuredRound[], recording: Recording): RoundResult['generator'] {
  const cpuUserMs = rounds.reduce((sum, { storm }) => sum + storm.generator.cpuUserMs, 0);
  const cpuSystemMs = rounds.reduce((sum, { storm }) => sum + storm.generator.cpuSystemMs, 0);
  if (recording.started === 0) return { missedArrivals: recording.missedArrivals };
  return {
    cpuMsPerAttempt: (cpuUserMs + cpuSystemMs) / recording.started,
    cpuUserMs,
    cpuSystemMs,
    eventLoopLagMs: worstOf(rounds.map(({ storm }) => storm.generator.eventLoopLagMs)),
    scheduleErrorMs: worstOf(rounds.map(({ storm }) => storm.generator.scheduleErrorMs)),
    ...optional('scheduleErrorHistogram', scheduleErrorHistogram(rounds)),
    missedArrivals: recording.missedArrivals,
    collections: addCollections(rounds.map(({ storm }) => storm.generator.collections)),
  };
}

type Collections = { count: number; totalMs: number; maxMs: number };

function addCollections(all: readonly Collections[]): Collections {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0),
    maxMs: Math.max(0, ...all.map(({ maxMs }) => maxMs)),
  };
}

/** Undefined in the closed models, where there is no schedule to be late against. */
function scheduleErrorHistogram(rounds: readonly MeasuredRound[]): string | undefined {
  const all = addLatencies(rounds.map(({ storm }) => storm.generator.scheduleError));
  return all.count === 0 ? undefined : encodeHistogram(all.histogram);
}

/** Quantiles of different rounds can't be averaged; the worst round is the one to be judged by. */
function worstOf(spreads: readonly { p50: number; p99: number; max: number }[]): {
  p50: number;
  p99: number;
  max: number;
} {
  const worst = { p50: 0, p99: 0, max: 0 };
  for (const { p50, p99, max } of spreads) {
    worst.p50 = Math.max(worst.p50, p50);
    worst.p99 = Math.max(worst.p99, p99);
    worst.max = Math.max(worst.max, max);
  }
  return worst;
}
