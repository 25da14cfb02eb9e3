import { readNegotiated } from './agreement-recorder.ts';
import { cellOf, histogramCells, lowestValueOf } from './hdr-index.ts';
import { addLatencies, emptyHistogram } from './latency.ts';
import { latencyBins } from './latency-bins.ts';
import { latencyNames, outcomeKinds, responseNames } from './outcome.ts';
import type { Outcome } from './recorder.ts';
import {
  afterMark,
  counter,
  detailSlots,
  exact,
  gauge,
  histogramsPerCohort,
  noneHeld,
  openRecorder,
  publishHistogram,
  type RecorderShape,
  type RecorderViews,
  readDetail,
  recoveryHistogram,
  sessionCount,
  stamp,
  timelineColumn,
  unmarked,
} from './recorder-layout.ts';
import type {
  AfterMark,
  CohortRecording,
  CohortTimeline,
  LatencyRecording,
  Recording,
  SessionsRecording,
} from './recording.ts';
import { addOutcomes, addRecordings, fromNames } from './summary.ts';
import type { ThreadUsage } from './thread-usage.ts';

/** Read at any moment, from any thread, without asking the worker. */
export type RecorderProgress = {
  scheduled: number;
  started: number;
  finished: number;
  missedArrivals: number;
  inFlight: number;
};

export type RecorderReading = {
  recording: Recording;
  /** Milliseconds from the start of the round; 0 where no attempt ended. */
  lastEndMs: number;
  usage: ThreadUsage;
  /** Actual minus scheduled start. */
  scheduleError: LatencyRecording;
};

export function readProgress(buffer: SharedArrayBuffer, shape: RecorderShape): RecorderProgress {
  const { counters } = openRecorder(buffer, shape);
  const at = (index: number): number => counters[index] ?? 0;
  return {
    scheduled: at(counter.scheduled),
    started: at(counter.started),
    finished: at(counter.finished),
    missedArrivals: at(counter.missedArrivals),
    inFlight: at(counter.inFlight),
  };
}

/** What stands in each detail slot of a worker's recorder. */
export function readOutcomeDetails(buffer: SharedArrayBuffer, shape: RecorderShape): Outcome[] {
  return outcomesIn(openRecorder(buffer, shape));
}

function outcomesIn(views: RecorderViews): Outcome[] {
  const announced = views.counters[counter.details] ?? 0;
  return Array.from({ length: announced }, (_, slot) => {
    const { kind, detail } = readDetail(views, slot);
    return { kind: outcomeKinds[kind] ?? 'local-error', detail };
  });
}

/** Sessions that a worker holds, by cohort. */
export function readHeld(buffer: SharedArrayBuffer, shape: RecorderShape): number[] {
  const views = openRecorder(buffer, shape);
  return Array.from({ length: shape.cohorts }, (_, cohort) => {
    const count = (which: number): number => sessionsCounted(views, cohort, which);
    const ended = count(sessionCount.endedByClient) + count(sessionCount.cut) + count(sessionCount.atEnd);
    return count(sessionCount.opened) - ended;
  });
}

/**
 * Everything one worker recorded. What it left in flight (it died, else it would have counted them itself) is unfinished.
 */
export function readRecorder(
  buffer: SharedArrayBuffer,
  shape: RecorderShape,
  marks: Float64Array = unmarked(shape.cohorts),
  held: Int32Array = noneHeld(shape.cohorts),
): RecorderReading {
  const views = openRecorder(buffer, shape);
  const count = (index: number): number => views.counters[index] ?? 0;
  const at = (index: number): number => views.gauges[index] ?? 0;
  const cohorts = Array.from({ length: shape.cohorts }, (_, cohort) => cohort);
  return {
    recording: {
      scheduled: count(counter.scheduled),
      started: count(counter.started),
      finished: count(counter.finished),
      missedArrivals: count(counter.missedArrivals),
      unfinished: count(counter.unfinished) + count(counter.inFlight),
      cohorts: cohorts.map((cohort) =>
        readCohort(views, cohort, marks[cohort] ?? Infinity, held[cohort * 2 + 1] ?? 0),
      ),
      timeline: { intervalMs: shape.sliceMs, cohorts: cohorts.map((cohort) => readTimeline(views, cohort)) },
    },
    lastEndMs: at(gauge.lastEndMs),
    usage: {
      cpuUserMs: at(gauge.cpuUserMs),
      cpuSystemMs: at(gauge.cpuSystemMs),
      collections: {
        count: at(gauge.collections),
        totalMs: at(gauge.collectionMs),
        maxMs: at(gauge.collectionMaxMs),
      },
      eventLoopLagMs: { p50: at(gauge.lagP50Ms), p99: at(gauge.lagP99Ms), max: at(gauge.lagMaxMs) },
    },
    scheduleError: readLatency(views, shape.cohorts * histogramsPerCohort),
  };
}

export type MergedReading = {
  recording: Recording;
  scheduleError: LatencyRecording;
  /** One for each recorder, in their order. */
  readings: RecorderReading[];
};

/** The recorders of one round, as one recording: exactly what a single recorder would hold, had one worker done it all. */
export function mergeRecordings(
  buffers: readonly SharedArrayBuffer[],
  shape: RecorderShape,
  marks?: Float64Array,
  held?: Int32Array,
): MergedReading {
  const readings = buffers.map((buffer) => readRecorder(buffer, shape, marks, held));
  const recording = addRecordings(readings.map((reading) => reading.recording));
  return {
    recording: { ...recording, timeline: trimmed(recording.timeline, shape) },
    readings,
    scheduleError: addLatencies(readings.map(({ scheduleError }) => scheduleError)),
  };
}

/** Leaves out the slices after the window in which nothing happened any more. */
function trimmed(
  { intervalMs, cohorts }: Recording['timeline'],
  shape: RecorderShape,
): Recording['timeline'] {
  const columns = cohorts.flatMap(({ started, accepted, refused, failed }) => [
    started,
    accepted,
    refused,
    failed,
  ]);
  const busy = columns.map((column) => column.findLastIndex((count) => count > 0) + 1);
  const length = Math.max(shape.windowSlices, ...busy);
  const cut = (column: number[]): number[] => column.slice(0, length);
  return {
    intervalMs,
    cohorts: cohorts.map(({ started, accepted, refused, failed, latency, held, publish, missedPings }) => ({
      started: cut(started),
      accepted: cut(accepted),
      refused: cut(refused),
      failed: cut(failed),
      latency: latency.slice(0, length),
      held: cut(held),
      publish: publish.slice(0, length),
      missedPings: cut(missedPings),
    })),
  };
}

function readCohort(views: RecorderViews, cohort: number, markMs: number, peakHeld: number): CohortRecording {
  const outcomes = outcomesIn(views).map((outcome, slot) => ({
    ...outcome,
    count: views.outcomes[cohort * detailSlots + slot] ?? 0,
  }));
  const first = cohort * histogramsPerCohort;
  return {
    started: views.started[cohort] ?? 0,
    outcomes: addOutcomes(outcomes),
    latency: fromNames(latencyNames, (_, index) => readLatency(views, first + index)),
    response: fromNames(responseNames, (_, index) => readLatency(views, first + latencyNames.length + index)),
    bytesSent: views.bytes[cohort * 2] ?? 0,
    bytesReceived: views.bytes[cohort * 2 + 1] ?? 0,
    firstRefusedStartMs: stampOf(views, cohort, stamp.firstRefusedStart),
    lastAcceptedStartMs: stampOf(views, cohort, stamp.lastAcceptedStart),
    negotiated: readNegotiated(views, cohort),
    sessions: readSessions(views, cohort, peakHeld),
    afterMark: markMs === Infinity ? undefined : readAfterMark(views, cohort, markMs),
  };
}

function readAfterMark(views: RecorderViews, cohort: number, markMs: number): AfterMark {
  const count = (which: number): number => views.afterMark[cohort * afterMark.width + which] ?? 0;
  const fromMark = (which: number): number | undefined => {
    const startMs = stampOf(views, cohort, which);
    return startMs === undefined ? undefined : startMs - markMs;
  };
  const accepted = count(afterMark.accepted);
  const refused = count(afterMark.refused);
  return {
    markMs,
    attempts: accepted + refused + count(afterMark.failed) + count(afterMark.unfinished),
    accepted,
    refused,
    refusedAcross: count(afterMark.refusedAcross),
    firstRefusedMs: fromMark(stamp.firstRefusedAfterMark),
    lastAcceptedMs: fromMark(stamp.lastAcceptedAfterMark),
    sessionsCut: sessionsCounted(views, cohort, sessionCount.cutAfterMark),
    firstCutMs: fromMark(stamp.firstCutAfterMark),
    lastCutMs: fromMark(stamp.lastCutAfterMark),
    sessionsKept: sessionsCounted(views, cohort, sessionCount.keptAfterMark),
  };
}

function readSessions(views: RecorderViews, cohort: number, peak: number): SessionsRecording | undefined {
  const count = (which: number): number => sessionsCounted(views, cohort, which);
  const opened = count(sessionCount.opened);
  if (opened === 0) return undefined;
  return {
    opened,
    peak,
    atEnd: count(sessionCount.atEnd),
    endedByClient: count(sessionCount.endedByClient),
    cut: count(sessionCount.cut),
    firstCutMs: stampOf(views, cohort, stamp.firstCut),
    lastCutMs: stampOf(views, cohort, stamp.lastCut),
    published: count(sessionCount.published),
    publish: readLatency(views, cohort * histogramsPerCohort + publishHistogram),
    pings: count(sessionCount.pings),
    missedPings: count(sessionCount.missedPings),
    received: count(sessionCount.received),
    dropped: count(sessionCount.dropped),
    recovery: readLatency(views, cohort * histogramsPerCohort + recoveryHistogram),
  };
}

function sessionsCounted({ sessions }: RecorderViews, cohort: number, which: number): number {
  return sessions[cohort * sessionCount.width + which] ?? 0;
}

function stampOf({ stamps }: RecorderViews, cohort: number, which: number): number | undefined {
  const ms = stamps[cohort * stamp.width + which] ?? Infinity;
  return Number.isFinite(ms) ? ms : undefined;
}

function readLatency({ histograms, exacts }: RecorderViews, index: number): LatencyRecording {
  const figure = (which: number): number => exacts[index * exact.width + which] ?? 0;
  const histogram = emptyHistogram();
  const first = index * histogramCells;
  const last = Math.min(histogramCells - 1, cellOf(Math.min(figure(exact.max), 2 ** 30 - 1)));
  for (let cell = 0; figure(exact.count) > 0 && cell <= last; cell++) {
    const count = histograms[first + cell] ?? 0;
    if (count > 0) histogram.recordValueWithCount(lowestValueOf(cell), count);
  }
  return {
    histogram,
    count: figure(exact.count),
    sumUs: figure(exact.sum),
    minUs: figure(exact.min),
    maxUs: figure(exact.max),
  };
}

function readTimeline(views: RecorderViews, cohort: number): CohortTimeline {
  const { timeline, latencySlices, publishSlices, shape } = views;
  const column = (which: number): number[] =>
    Array.from(
      { length: shape.slices },
      (_, slice) => timeline[(cohort * shape.slices + slice) * timelineColumn.width + which] ?? 0,
    );
  const binsOf = (bySlice: Uint32Array): number[][] =>
    Array.from({ length: shape.slices }, (_, slice) => {
      const at = (cohort * shape.slices + slice) * latencyBins;
      const bins = [...bySlice.subarray(at, at + latencyBins)];
      return bins.some((count) => count > 0) ? bins : [];
    });
  return {
    started: column(timelineColumn.started),
    accepted: column(timelineColumn.accepted),
    refused: column(timelineColumn.refused),
    failed: column(timelineColumn.failed),
    latency: binsOf(latencySlices),
    held: heldAtEnds(column(timelineColumn.opened), column(timelineColumn.left)),
    publish: noneIfEmpty(binsOf(publishSlices), (bins) => bins.length === 0),
    missedPings: noneIfEmpty(column(timelineColumn.missedPings), (count) => count === 0),
  };
}

function noneIfEmpty<Slice>(slices: Slice[], empty: (slice: Slice) => boolean): Slice[] {
  return slices.every(empty) ? [] : slices;
}

function heldAtEnds(opened: readonly number[], left: readonly number[]): number[] {
  if (opened.every((count) => count === 0)) return [];
  let held = 0;
  return opened.map((count, slice) => {
    held += count - (left[slice] ?? 0);
    return held;
  });
}
