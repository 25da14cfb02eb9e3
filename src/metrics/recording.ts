import type { Histogram } from 'hdr-histogram-js';
import type { NegotiatedCounts } from './agreement.ts';
import type { LatencyName, OutcomeKind, ResponseName } from './outcome.ts';

/**
 * What one round measured, merged over its workers. Plain to read; how workers write it (one writer each, in shared memory, so that a
 * worker that dies takes nothing with it) is the recorder's own business.
 */
export type Recording = {
  /** scheduled = started + missedArrivals; started = finished + unfinished. Counted apart, never derived from one another. */
  scheduled: number;
  started: number;
  finished: number;
  missedArrivals: number;
  unfinished: number;
  cohorts: CohortRecording[];
  /** Counts in equal slices of the round, by the slice in which the attempt started (`started`) or ended (the others). */
  timeline: { intervalMs: number; cohorts: CohortTimeline[] };
};

export type CohortRecording = {
  started: number;
  outcomes: { kind: OutcomeKind; detail: string; count: number }[];
  /** Microseconds, 3 significant digits; exact minimum, maximum and sum are kept beside. */
  latency: Record<LatencyName, LatencyRecording>;
  response: Record<ResponseName, LatencyRecording>;
  /** Application and TLS bytes on the TCP connection, summed over finished attempts. */
  bytesSent: number;
  bytesReceived: number;
  /** Earliest start of an attempt that was refused, milliseconds from the start of its round; undefined where none was. */
  firstRefusedStartMs: number | undefined;
  /** Latest start of an attempt that was accepted, likewise. */
  lastAcceptedStartMs: number | undefined;
  negotiated: NegotiatedCounts;
  /** Undefined where none was opened. */
  sessions: SessionsRecording | undefined;
  /** What came after the cohort was marked; undefined where it was not. */
  afterMark: AfterMark | undefined;
};

/** Attempts that started at the mark or later. Added up over rounds: the shortest first refusal and the longest last accept. */
export type AfterMark = {
  /** From the start of the round; the earliest of several rounds. */
  markMs: number;
  attempts: number;
  accepted: number;
  refused: number;
  /** Refused after the mark, but started before it: not among the others here. */
  refusedAcross: number;
  /** From the mark to the start of the first attempt that was refused; undefined where none was. */
  firstRefusedMs: number | undefined;
  /** From the mark to the start of the last attempt that was accepted; undefined where none was. */
  lastAcceptedMs: number | undefined;
  /** Of the sessions that were open at the mark: those that the target ended, when, and those that lived on to the round's end. */
  sessionsCut: number;
  firstCutMs: number | undefined;
  lastCutMs: number | undefined;
  sessionsKept: number;
};

/** Sessions that clients held after their CONNACK. opened = endedByClient + cut + atEnd, but for what a lost worker held. */
export type SessionsRecording = {
  opened: number;
  /** Held at once over all workers, at most. */
  peak: number;
  atEnd: number;
  endedByClient: number;
  cut: number;
  /** From the start of the round. */
  firstCutMs: number | undefined;
  lastCutMs: number | undefined;
  published: number;
  /** PUBLISH with QoS 1 to its PUBACK. */
  publish: LatencyRecording;
  pings: number;
  missedPings: number;
  /** PUBLISH packets that came for a subscription. */
  received: number;
  /** Sessions that the storm dropped, which count as ended by the client, and from there to the CONNACK that each came back with. */
  dropped: number;
  recovery: LatencyRecording;
};

export type LatencyRecording = {
  histogram: Histogram;
  count: number;
  sumUs: number;
  minUs: number;
  maxUs: number;
};

export type CohortTimeline = {
  started: number[];
  accepted: number[];
  refused: number[];
  failed: number[];
  /** Of each slice: decided attempts by their bin (`latency-bins.ts`); empty where none ended in it. */
  latency: number[][];
  /** Sessions held at the end of each slice; empty where none was opened. */
  held: number[];
  /** Of each slice: PUBLISH to PUBACK by bin, like `latency`; empty where none was acknowledged. */
  publish: number[][];
  /** PINGREQ without an answer in time, by slice; empty where none was missed. */
  missedPings: number[];
};
