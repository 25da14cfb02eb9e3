import { addNegotiated } from './agreement.ts';
import { addLatencies } from './latency.ts';
import {
  type LatencyName,
  latencyNames,
  type OutcomeKind,
  outcomeKinds,
  type ResponseName,
  responseNames,
} from './outcome.ts';
import type {
  AfterMark,
  CohortRecording,
  CohortTimeline,
  LatencyRecording,
  Recording,
  SessionsRecording,
} from './recording.ts';

/** Milliseconds. `min`, `mean` and `max` are exact, the percentiles have the histogram's three significant digits. */
export type LatencySummary = {
  count: number;
  min: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
};

/** Undefined where nothing was recorded. */
export function summarise({
  histogram,
  count,
  sumUs,
  minUs,
  maxUs,
}: LatencyRecording): LatencySummary | undefined {
  if (count === 0) return undefined;
  // A percentile is the highest value of its cell; no percentile lies outside of what was seen.
  const percentile = (percent: number): number =>
    Math.min(maxUs, Math.max(minUs, histogram.getValueAtPercentile(percent))) / 1000;
  return {
    count,
    min: minUs / 1000,
    mean: sumUs / count / 1000,
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
    p999: percentile(99.9),
    max: maxUs / 1000,
  };
}

/**
 * Adds up recordings of the same cohorts: the workers of a round, the rounds of a variant, the shards of a run. Nothing is lost: counts,
 * histograms and timelines add. Timelines are laid over one another from the start of each round; their intervals must be equal.
 */
export function addRecordings(recordings: readonly Recording[]): Recording {
  const [first] = recordings;
  const sum = (pick: (recording: Recording) => number): number =>
    recordings.reduce((total, recording) => total + pick(recording), 0);
  const intervalMs = first?.timeline.intervalMs ?? 0;
  if (recordings.some(({ timeline }) => timeline.intervalMs !== intervalMs)) {
    throw new RangeError('recordings with timelines of different intervals cannot be added');
  }
  return {
    scheduled: sum(({ scheduled }) => scheduled),
    started: sum(({ started }) => started),
    finished: sum(({ finished }) => finished),
    missedArrivals: sum(({ missedArrivals }) => missedArrivals),
    unfinished: sum(({ unfinished }) => unfinished),
    cohorts: (first?.cohorts ?? []).map((_, index) =>
      addCohorts(recordings.flatMap(({ cohorts }) => cohorts[index] ?? [])),
    ),
    timeline: {
      intervalMs,
      cohorts: (first?.timeline.cohorts ?? []).map((_, index) =>
        addTimelines(recordings.flatMap(({ timeline }) => timeline.cohorts[index] ?? [])),
      ),
    },
  };
}

function addCohorts(cohorts: readonly CohortRecording[]): CohortRecording {
  const sum = (pick: (cohort: CohortRecording) => number): number =>
    cohorts.reduce((total, cohort) => total + pick(cohort), 0);
  const latency = (name: LatencyName) => addLatencies(cohorts.map((cohort) => cohort.latency[name]));
  const response = (name: ResponseName) => addLatencies(cohorts.map((cohort) => cohort.response[name]));
  return {
    started: sum(({ started }) => started),
    outcomes: addOutcomes(cohorts.flatMap(({ outcomes }) => outcomes)),
    latency: fromNames(latencyNames, latency),
    response: fromNames(responseNames, response),
    bytesSent: sum(({ bytesSent }) => bytesSent),
    bytesReceived: sum(({ bytesReceived }) => bytesReceived),
    firstRefusedStartMs: earliest(cohorts.map(({ firstRefusedStartMs }) => firstRefusedStartMs)),
    lastAcceptedStartMs: latest(cohorts.map(({ lastAcceptedStartMs }) => lastAcceptedStartMs)),
    negotiated: addNegotiated(cohorts.map(({ negotiated }) => negotiated)),
    sessions: addSessions(cohorts.flatMap(({ sessions }) => sessions ?? [])),
    afterMark: addAfterMarks(cohorts.flatMap(({ afterMark }) => afterMark ?? [])),
  };
}

function addAfterMarks(marks: readonly AfterMark[]): AfterMark | undefined {
  if (marks.length === 0) return undefined;
  const sum = (pick: (mark: AfterMark) => number): number =>
    marks.reduce((total, mark) => total + pick(mark), 0);
  return {
    markMs: Math.min(...marks.map(({ markMs }) => markMs)),
    attempts: sum(({ attempts }) => attempts),
    accepted: sum(({ accepted }) => accepted),
    refused: sum(({ refused }) => refused),
    refusedAcross: sum(({ refusedAcross }) => refusedAcross),
    firstRefusedMs: earliest(marks.map(({ firstRefusedMs }) => firstRefusedMs)),
    lastAcceptedMs: latest(marks.map(({ lastAcceptedMs }) => lastAcceptedMs)),
    sessionsCut: sum(({ sessionsCut }) => sessionsCut),
    firstCutMs: earliest(marks.map(({ firstCutMs }) => firstCutMs)),
    lastCutMs: latest(marks.map(({ lastCutMs }) => lastCutMs)),
    sessionsKept: sum(({ sessionsKept }) => sessionsKept),
  };
}

/** Workers of a round share one peak; of several rounds the highest stands. */
function addSessions(sessions: readonly SessionsRecording[]): SessionsRecording | undefined {
  if (sessions.length === 0) return undefined;
  const sum = (pick: (one: SessionsRecording) => number): number =>
    sessions.reduce((total, one) => total + pick(one), 0);
  return {
    opened: sum(({ opened }) => opened),
    peak: Math.max(...sessions.map(({ peak }) => peak)),
    atEnd: sum(({ atEnd }) => atEnd),
    endedByClient: sum(({ endedByClient }) => endedByClient),
    cut: sum(({ cut }) => cut),
    firstCutMs: earliest(sessions.map(({ firstCutMs }) => firstCutMs)),
    lastCutMs: latest(sessions.map(({ lastCutMs }) => lastCutMs)),
    published: sum(({ published }) => published),
    publish: addLatencies(sessions.map(({ publish }) => publish)),
    pings: sum(({ pings }) => pings),
    missedPings: sum(({ missedPings }) => missedPings),
    received: sum(({ received }) => received),
    dropped: sum(({ dropped }) => dropped),
    recovery: addLatencies(sessions.map(({ recovery }) => recovery)),
  };
}

/** Of those there are; undefined where there is none. */
function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** One entry for each kind and detail that was seen, in the order of the kinds, the most frequent detail first. */
export function addOutcomes(outcomes: CohortRecording['outcomes']): CohortRecording['outcomes'] {
  const counts = new Map<OutcomeKind, Map<string, number>>(outcomeKinds.map((kind) => [kind, new Map()]));
  for (const { kind, detail, count } of outcomes) {
    const details = counts.get(kind);
    if (count > 0) details?.set(detail, (details.get(detail) ?? 0) + count);
  }
  return [...counts].flatMap(([kind, details]) =>
    [...details]
      .map(([detail, count]) => ({ kind, detail, count }))
      .sort((a, b) => b.count - a.count || (a.detail < b.detail ? -1 : 1)),
  );
}

function addTimelines(timelines: readonly CohortTimeline[]): CohortTimeline {
  const column = (pick: (timeline: CohortTimeline) => number[]): number[] => addColumns(timelines.map(pick));
  return {
    started: column(({ started }) => started),
    accepted: column(({ accepted }) => accepted),
    refused: column(({ refused }) => refused),
    failed: column(({ failed }) => failed),
    latency: addSlices(timelines.map(({ latency }) => latency)),
    held: column(({ held }) => held),
    publish: addSlices(timelines.map(({ publish }) => publish)),
    missedPings: column(({ missedPings }) => missedPings),
  };
}

function addSlices(timelines: readonly number[][][]): number[][] {
  const length = Math.max(0, ...timelines.map((slices) => slices.length));
  return Array.from({ length }, (_, slice) => addColumns(timelines.map((slices) => slices[slice] ?? [])));
}

function addColumns(columns: readonly number[][]): number[] {
  const length = Math.max(0, ...columns.map((column) => column.length));
  return Array.from({ length }, (_, slice) => columns.reduce((sum, column) => sum + (column[slice] ?? 0), 0));
}

/** A record with one value for each name. */
export function fromNames<Name extends string, Value>(
  names: readonly Name[],
  value: (name: Name, index: number) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name, index) => [name, value(name, index)])) as Record<Name, Value>;
}
