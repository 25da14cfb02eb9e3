import type { Agreement } from './agreement.ts';
import { AgreementRecorder } from './agreement-recorder.ts';
import { cellOf, highestTrackableUs, histogramCells } from './hdr-index.ts';
import { latencyBinOf, latencyBins } from './latency-bins.ts';
import { latencyNames, type OutcomeKind, outcomeKinds, refusalKinds } from './outcome.ts';
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
  recoveryHistogram,
  stamp,
  timelineColumn,
  unmarked,
  writeDetail,
} from './recorder-layout.ts';
import { SessionRecorder } from './session-recorder.ts';
import type { ThreadUsage } from './thread-usage.ts';

export type Outcome = { kind: OutcomeKind; detail: string };

/** What an attempt's end is recorded from. Times are milliseconds from the start of the round; undefined where it did not get so far. */
export type EndedAttempt = {
  readonly cohort: number;
  /** Undefined in the closed models, where there is no schedule to be late against. */
  readonly scheduledMs: number | undefined;
  readonly startMs: number;
  readonly connectedMs: number | undefined;
  readonly serverHelloMs: number | undefined;
  readonly serverFinishedMs: number | undefined;
  readonly securedMs: number | undefined;
  /** Undefined where no handshake was finished, or there is none in the transport. */
  readonly agreement?: Agreement | undefined;
};

const kindIndex = new Map(outcomeKinds.map((kind, index) => [kind, index]));
const columnOf = outcomeKinds.map((kind) =>
  kind === 'accepted'
    ? timelineColumn.accepted
    : refusalKinds.includes(kind)
      ? timelineColumn.refused
      : timelineColumn.failed,
);
const isRefusal = outcomeKinds.map((kind) => refusalKinds.includes(kind));
const afterMarkOf = outcomeKinds.map((kind) =>
  kind === 'accepted'
    ? afterMark.accepted
    : refusalKinds.includes(kind)
      ? afterMark.refused
      : afterMark.failed,
);

const accepted = outcomeKinds.indexOf('accepted');
const tcpConnect = latencyNames.indexOf('tcpConnect');
const serverHello = latencyNames.indexOf('serverHello');
const serverFinished = latencyNames.indexOf('serverFinished');
const tlsHandshake = latencyNames.indexOf('tlsHandshake');
const authenticated = latencyNames.indexOf('authenticated');
const rejected = latencyNames.indexOf('rejected');
const responseAuthenticated = latencyNames.length;
const responseRejected = latencyNames.length + 1;

/**
 * One worker's recorder: the only writer of its shared memory. Nothing is kept outside of it, so a worker that dies takes nothing with
 * it. Each method ends in plain stores without a call or a loop between them: a thread is only ever terminated at calls and loops, so
 * scheduled = started + missedArrivals and started = finished + unfinished + inFlight hold in whatever it leaves behind.
 */
export class Recorder {
  readonly #views: RecorderViews;
  readonly #marks: Float64Array;
  readonly #agreements: AgreementRecorder;
  readonly sessions: SessionRecorder;
  readonly #slots: Map<string, number>[];
  readonly #scheduleError: number;

  /**
   * `marks`: for each cohort when something happened to it, milliseconds from the start of the round, Infinity until then (see
   * `unmarked`); attempts that start later are counted apart. An attempt is asked for when it ends, so that it counts on one side only
   * whoever sets the mark meanwhile. `held`: see `noneHeld`.
   */
  constructor(
    buffer: SharedArrayBuffer,
    shape: RecorderShape,
    marks: Float64Array = unmarked(shape.cohorts),
    held: Int32Array = noneHeld(shape.cohorts),
  ) {
    this.#views = openRecorder(buffer, shape);
    this.#marks = marks;
    this.#agreements = new AgreementRecorder(this.#views);
    this.sessions = new SessionRecorder({
      views: this.#views,
      marks,
      held,
      timelineCell: (cohort, atMs) => this.#timelineCell(cohort, atMs),
      acknowledged: (cohort, durationMs, atMs) => {
        this.#place(this.#views.publishSlices, cohort, durationMs, atMs);
        this.#time(cohort * histogramsPerCohort + publishHistogram, durationMs);
      },
      recovered: (cohort, durationMs) =>
        this.#time(cohort * histogramsPerCohort + recoveryHistogram, durationMs),
    });
    this.#slots = outcomeKinds.map(() => new Map());
    this.#scheduleError = shape.cohorts * histogramsPerCohort;
  }

  get inFlight(): number {
    return this.#views.counters[counter.inFlight] ?? 0;
  }

  missed(): void {
    const { counters } = this.#views;
    counters[counter.scheduled] = (counters[counter.scheduled] ?? 0) + 1;
    counters[counter.missedArrivals] = (counters[counter.missedArrivals] ?? 0) + 1;
  }

  started(cohort: number, startMs: number, scheduledMs: number | undefined): void {
    const { counters, started, timeline } = this.#views;
    if (scheduledMs !== undefined) this.#time(this.#scheduleError, startMs - scheduledMs);
    const cell = this.#timelineCell(cohort, startMs) + timelineColumn.started;
    counters[counter.scheduled] = (counters[counter.scheduled] ?? 0) + 1;
    counters[counter.started] = (counters[counter.started] ?? 0) + 1;
    counters[counter.inFlight] = (counters[counter.inFlight] ?? 0) + 1;
    started[cohort] = (started[cohort] ?? 0) + 1;
    timeline[cell] = (timeline[cell] ?? 0) + 1;
  }

  /** `tlsHandshake` is recorded where the target said yes or no at CONNECT: before that a client's finished handshake means nothing. */
  finished(attempt: EndedAttempt, outcome: Outcome, endMs: number, sent: number, received: number): void {
    const { counters, outcomes, timeline, gauges, bytes, afterMark: after } = this.#views;
    const { cohort, startMs, scheduledMs, connectedMs, serverHelloMs, serverFinishedMs, securedMs } = attempt;
    const kind = kindIndex.get(outcome.kind) ?? 0;
    const first = cohort * histogramsPerCohort;
    const slot = cohort * detailSlots + this.#slotOf(kind, outcome.detail);
    const cell = this.#timelineCell(cohort, endMs) + (columnOf[kind] ?? 0);
    const answered =
      outcome.kind === 'accepted' ||
      outcome.kind === 'connack-refused' ||
      outcome.kind === 'operation-refused';
    if (connectedMs !== undefined) {
      this.#time(first + tcpConnect, connectedMs - startMs);
      if (securedMs !== undefined && answered) this.#time(first + tlsHandshake, securedMs - connectedMs);
    }
    if (serverHelloMs !== undefined) this.#time(first + serverHello, serverHelloMs - startMs);
    if (serverFinishedMs !== undefined) this.#time(first + serverFinished, serverFinishedMs - startMs);
    if (outcome.kind === 'accepted') {
      this.#time(first + authenticated, endMs - startMs);
      if (scheduledMs !== undefined) this.#time(first + responseAuthenticated, endMs - scheduledMs);
    } else if (isRefusal[kind]) {
      this.#time(first + rejected, endMs - startMs);
      if (scheduledMs !== undefined) this.#time(first + responseRejected, endMs - scheduledMs);
    }
    if (kind === accepted || isRefusal[kind])
      this.#place(this.#views.latencySlices, cohort, endMs - startMs, endMs);
    if (kind === accepted || isRefusal[kind]) this.#stamp(cohort, startMs, kind === accepted);
    if (attempt.agreement !== undefined) this.#agreements.count(cohort, attempt.agreement);
    const markMs = this.#marks[cohort] ?? Infinity;
    const isAfter = startMs >= markMs;
    const isAcross = !isAfter && endMs >= markMs && isRefusal[kind] === true;
    const afterCell =
      cohort * afterMark.width +
      (isAcross ? afterMark.refusedAcross : (afterMarkOf[kind] ?? afterMark.failed));
    if (isAfter || isAcross) after[afterCell] = (after[afterCell] ?? 0) + 1;
    counters[counter.finished] = (counters[counter.finished] ?? 0) + 1;
    counters[counter.inFlight] = (counters[counter.inFlight] ?? 0) - 1;
    outcomes[slot] = (outcomes[slot] ?? 0) + 1;
    timeline[cell] = (timeline[cell] ?? 0) + 1;
    bytes[cohort * 2] = (bytes[cohort * 2] ?? 0) + sent;
    bytes[cohort * 2 + 1] = (bytes[cohort * 2 + 1] ?? 0) + received;
    gauges[gauge.lastEndMs] = endMs;
  }

  /** An attempt that was cut off before it had an outcome. */
  unfinished({ cohort, startMs }: Pick<EndedAttempt, 'cohort' | 'startMs'>, endMs: number): void {
    const { counters, gauges, afterMark: after } = this.#views;
    if (startMs >= (this.#marks[cohort] ?? Infinity)) {
      const cell = cohort * afterMark.width + afterMark.unfinished;
      after[cell] = (after[cell] ?? 0) + 1;
    }
    counters[counter.unfinished] = (counters[counter.unfinished] ?? 0) + 1;
    counters[counter.inFlight] = (counters[counter.inFlight] ?? 0) - 1;
    gauges[gauge.lastEndMs] = endMs;
  }

  /** Cumulative from the start of the round; the last sample stands. */
  usage(usage: ThreadUsage): void {
    const { gauges } = this.#views;
    gauges[gauge.cpuUserMs] = usage.cpuUserMs;
    gauges[gauge.cpuSystemMs] = usage.cpuSystemMs;
    gauges[gauge.lagP50Ms] = usage.eventLoopLagMs.p50;
    gauges[gauge.lagP99Ms] = usage.eventLoopLagMs.p99;
    gauges[gauge.lagMaxMs] = usage.eventLoopLagMs.max;
    gauges[gauge.collections] = usage.collections.count;
    gauges[gauge.collectionMs] = usage.collections.totalMs;
    gauges[gauge.collectionMaxMs] = usage.collections.maxMs;
  }

  #stamp(cohort: number, startMs: number, isAccepted: boolean): void {
    const { stamps } = this.#views;
    const at = cohort * stamp.width;
    const first = isAccepted ? at + stamp.lastAcceptedStart : at + stamp.firstRefusedStart;
    const after = isAccepted ? at + stamp.lastAcceptedAfterMark : at + stamp.firstRefusedAfterMark;
    const further = isAccepted ? Math.max : Math.min;
    stamps[first] = further(stamps[first] ?? 0, startMs);
    if (startMs >= (this.#marks[cohort] ?? Infinity)) stamps[after] = further(stamps[after] ?? 0, startMs);
  }

  #timelineCell(cohort: number, atMs: number): number {
    const { sliceMs, slices } = this.#views.shape;
    const slice = Math.min(slices - 1, Math.max(0, Math.floor(atMs / sliceMs)));
    return (cohort * slices + slice) * timelineColumn.width;
  }

  /** Into the bin of its duration, in the slice that it ended in. */
  #place(bySlice: Uint32Array, cohort: number, durationMs: number, endMs: number): void {
    const slice = this.#timelineCell(cohort, endMs) / timelineColumn.width;
    const cell = slice * latencyBins + latencyBinOf(durationMs);
    bySlice[cell] = (bySlice[cell] ?? 0) + 1;
  }

  #time(histogram: number, durationMs: number): void {
    const { histograms, exacts } = this.#views;
    const us = Math.max(0, Math.round(durationMs * 1000));
    const at = histogram * exact.width;
    const cell = histogram * histogramCells + cellOf(Math.min(us, highestTrackableUs));
    const count = exacts[at + exact.count] ?? 0;
    const min = exacts[at + exact.min] ?? 0;
    const max = exacts[at + exact.max] ?? 0;
    histograms[cell] = (histograms[cell] ?? 0) + 1;
    exacts[at + exact.count] = count + 1;
    exacts[at + exact.sum] = (exacts[at + exact.sum] ?? 0) + us;
    exacts[at + exact.min] = count === 0 ? us : Math.min(us, min);
    exacts[at + exact.max] = Math.max(us, max);
  }

  /** Where the kind and detail of an outcome stand in this recorder, for `AttemptLog`. */
  detailSlotOf({ kind, detail }: Outcome): number {
    return this.#slotOf(kindIndex.get(kind) ?? 0, detail);
  }

  #slotOf(kind: number, detail: string): number {
    const known = this.#slots[kind]?.get(detail);
    return known ?? this.#announce(kind, detail);
  }

  /** The text is in place before the number of details says so: a reader never sees half of one. */
  #announce(kind: number, detail: string): number {
    const { counters, detailHeads, detailTexts } = this.#views;
    const slot = counters[counter.details] ?? 0;
    if (slot >= detailSlots) return kind;
    writeDetail(detailHeads, detailTexts, slot, kind, detail);
    Atomics.store(counters, counter.details, slot + 1);
    this.#slots[kind]?.set(detail, slot);
    return slot;
  }
}
