import type { Agreement } from './agreement.ts';
import { histogramCells } from './hdr-index.ts';
import { latencyBins } from './latency-bins.ts';
import { latencyNames, outcomeKinds, responseNames } from './outcome.ts';

/**
 * Where a recorder keeps what, in one SharedArrayBuffer: doubles first (their alignment), then 32-bit counters, then the text of the
 * outcome details. The size follows from the number of cohorts and is the same after ten attempts and after ten million.
 */
export type RecorderShape = {
  cohorts: number;
  /** Width of a slice of the timeline, milliseconds. */
  sliceMs: number;
  /** Slices of the window itself, and with those for what ends after it. */
  windowSlices: number;
  slices: number;
};

/** One histogram each: the service times of `latencyNames`, the response times of `responseNames`, PUBLISH to PUBACK, cut to back. */
export const publishHistogram = latencyNames.length + responseNames.length;
export const recoveryHistogram = publishHistogram + 1;
export const histogramsPerCohort = recoveryHistogram + 1;

/** Doubles kept exactly beside each histogram. */
export const exact = { count: 0, sum: 1, min: 2, max: 3, width: 4 } as const;

/** Doubles of the worker as a whole. */
export const gauge = {
  lastEndMs: 0,
  cpuUserMs: 1,
  cpuSystemMs: 2,
  lagP50Ms: 3,
  lagP99Ms: 4,
  lagMaxMs: 5,
  collections: 6,
  collectionMs: 7,
  collectionMaxMs: 8,
  width: 9,
} as const;

/**
 * Doubles of a cohort: starts of attempts and cuts of sessions, milliseconds from the start of the round; Infinity or -Infinity where
 * there is none. Those after the mark are of attempts that started at the cohort's mark or later, and of sessions that were open by then.
 */
export const stamp = {
  firstRefusedStart: 0,
  lastAcceptedStart: 1,
  firstRefusedAfterMark: 2,
  lastAcceptedAfterMark: 3,
  firstCut: 4,
  lastCut: 5,
  firstCutAfterMark: 6,
  lastCutAfterMark: 7,
  width: 8,
} as const;

/** 32-bit counters of a cohort's sessions: opened = endedByClient + cut + atEnd + those that a lost worker held. */
export const sessionCount = {
  opened: 0,
  endedByClient: 1,
  cut: 2,
  atEnd: 3,
  published: 4,
  pings: 5,
  missedPings: 6,
  received: 7,
  /** Of those that were open when the cohort was marked. */
  cutAfterMark: 8,
  keptAfterMark: 9,
  /** Of those that their clients ended: dropped by the storm, to come back. */
  dropped: 10,
  width: 11,
} as const;

/**
 * 32-bit counters of a cohort's attempts that started at its mark or after it, by how they ended; and of those that had started before it
 * and were refused after it.
 */
export const afterMark = {
  accepted: 0,
  refused: 1,
  failed: 2,
  unfinished: 3,
  refusedAcross: 4,
  width: 5,
} as const;

/** 32-bit counters of the worker as a whole. */
export const counter = {
  scheduled: 0,
  started: 1,
  finished: 2,
  missedArrivals: 3,
  unfinished: 4,
  /** Goes up with each start and down with each end: what a lost worker leaves here is unfinished. */
  inFlight: 5,
  /** Details announced so far; written after the detail's own text. */
  details: 6,
  /** Likewise for agreements. */
  agreements: 7,
  width: 8,
} as const;

/**
 * Columns of the timeline, in the order of CohortTimeline; of sessions those that were opened and that ended before the window did,
 * and pings that had no answer in time.
 */
export const timelineColumn = {
  started: 0,
  accepted: 1,
  refused: 2,
  failed: 3,
  opened: 4,
  left: 5,
  missedPings: 6,
  width: 7,
} as const;

/**
 * Distinct (kind, detail) pairs that one worker can count apart. The first of them, one for each kind, take what no longer fits: counts
 * never get lost, only their detail does.
 */
export const detailSlots = 128;
export const detailBytes = 120;
export const overflowDetail = 'other';
const detailHeader = 2;

/** Distinct agreements that one worker can count apart; the last one takes what no longer fits. */
export const agreementSlots = 32;
export const overflowAgreement: Agreement = {
  protocol: 'other',
  cipher: 'other',
  group: 'other',
  alpn: 'other',
  resumed: false,
  ticketLifetime: 'none',
};

const maxWindowSlices = 100;
const maxTailSlices = 20;
const niceSlicesMs = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000];

/** At most 100 slices for the window and 20 for what ends after it; the last one takes whatever comes later still. */
export function recorderShape(cohorts: number, durationMs: number, gracefulStopMs: number): RecorderShape {
  const narrowest = durationMs / maxWindowSlices;
  const sliceMs = niceSlicesMs.find((ms) => ms >= narrowest) ?? Math.ceil(narrowest / 60_000) * 60_000;
  const tail = Math.min(maxTailSlices, Math.ceil(gracefulStopMs / sliceMs));
  const windowSlices = Math.max(1, Math.ceil(durationMs / sliceMs));
  return { cohorts, sliceMs, windowSlices, slices: windowSlices + tail };
}

/** Views over a recorder's buffer; both the writer and the readers look through these. */
export type RecorderViews = {
  shape: RecorderShape;
  gauges: Float64Array;
  /** Per cohort and histogram, then the schedule error: `exact.width` doubles each. */
  exacts: Float64Array;
  /** Per cohort: bytes sent, bytes received. */
  bytes: Float64Array;
  /** Per cohort: `stamp.width` doubles. */
  stamps: Float64Array;
  counters: Uint32Array;
  /** Per cohort. */
  started: Uint32Array;
  /** Per cohort and detail slot. */
  outcomes: Uint32Array;
  /** Per cohort and slice: `latencyBins` counts. */
  latencySlices: Uint32Array;
  /** The same of PUBLISH to PUBACK, by the slice in which the PUBACK came. */
  publishSlices: Uint32Array;
  /** Per cohort: `afterMark.width` counts. */
  afterMark: Uint32Array;
  /** Per cohort: `sessionCount.width` counts. */
  sessions: Uint32Array;
  /** Per cohort and agreement slot. */
  agreements: Uint32Array;
  /** Per cohort, slice and column. */
  timeline: Uint32Array;
  /** Per cohort and histogram, then the schedule error: `histogramCells` counts each. */
  histograms: Uint32Array;
  /** Per slot: index of the kind, length of the text in bytes. */
  detailHeads: Uint32Array;
  /** Per agreement slot: length of the text in bytes. */
  agreementHeads: Uint32Array;
  detailTexts: Uint8Array;
  agreementTexts: Uint8Array;
};

type Section = { doubles: number } | { words: number } | { octets: number };

function sections(shape: RecorderShape): { [Name in keyof Omit<RecorderViews, 'shape'>]: Section } {
  const histograms = shape.cohorts * histogramsPerCohort + 1;
  return {
    gauges: { doubles: gauge.width },
    exacts: { doubles: histograms * exact.width },
    bytes: { doubles: shape.cohorts * 2 },
    stamps: { doubles: shape.cohorts * stamp.width },
    counters: { words: counter.width },
    started: { words: shape.cohorts },
    outcomes: { words: shape.cohorts * detailSlots },
    latencySlices: { words: shape.cohorts * shape.slices * latencyBins },
    publishSlices: { words: shape.cohorts * shape.slices * latencyBins },
    afterMark: { words: shape.cohorts * afterMark.width },
    sessions: { words: shape.cohorts * sessionCount.width },
    agreements: { words: shape.cohorts * agreementSlots },
    timeline: { words: shape.cohorts * shape.slices * timelineColumn.width },
    histograms: { words: histograms * histogramCells },
    detailHeads: { words: detailSlots * detailHeader },
    agreementHeads: { words: agreementSlots },
    detailTexts: { octets: detailSlots * detailBytes },
    agreementTexts: { octets: agreementSlots * detailBytes },
  };
}

const sizeOf = (section: Section): number =>
  'doubles' in section ? section.doubles * 8 : 'words' in section ? section.words * 4 : section.octets;

/** A zeroed recorder, in memory that is only touched where something is recorded. */
export function allocateRecorder(shape: RecorderShape): SharedArrayBuffer {
  const bytes = Object.values(sections(shape)).reduce((sum, section) => sum + sizeOf(section), 0);
  const buffer = new SharedArrayBuffer(bytes);
  const { detailHeads, detailTexts, counters, stamps } = openRecorder(buffer, shape);
  // First ones stand in the even places, last ones in the odd.
  for (let at = 0; at < stamps.length; at++) stamps[at] = at % 2 === 0 ? Infinity : -Infinity;
  for (const [kind] of outcomeKinds.entries())
    writeDetail(detailHeads, detailTexts, kind, kind, overflowDetail);
  counters[counter.details] = outcomeKinds.length;
  return buffer;
}

/** Sessions held now and at most, for each cohort over all workers: 2 × `cohorts` counts in memory that their threads share. */
export function noneHeld(cohorts: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(cohorts * 8));
}

/** Marks of which none is set; in memory that a recorder's threads can share. */
export function unmarked(cohorts: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(cohorts * 8)).fill(Infinity);
}

export function openRecorder(buffer: SharedArrayBuffer, shape: RecorderShape): RecorderViews {
  const all = sections(shape);
  let offset = 0;
  const next = (section: Section): number => {
    const at = offset;
    offset += sizeOf(section);
    return at;
  };
  const doubles = (section: Section) => new Float64Array(buffer, next(section), sizeOf(section) / 8);
  const octets = (section: Section) => new Uint8Array(buffer, next(section), sizeOf(section));
  const words = (section: Section) => new Uint32Array(buffer, next(section), sizeOf(section) / 4);
  return {
    shape,
    gauges: doubles(all.gauges),
    exacts: doubles(all.exacts),
    bytes: doubles(all.bytes),
    stamps: doubles(all.stamps),
    counters: words(all.counters),
    started: words(all.started),
    outcomes: words(all.outcomes),
    latencySlices: words(all.latencySlices),
    publishSlices: words(all.publishSlices),
    afterMark: words(all.afterMark),
    sessions: words(all.sessions),
    agreements: words(all.agreements),
    timeline: words(all.timeline),
    histograms: words(all.histograms),
    detailHeads: words(all.detailHeads),
    agreementHeads: words(all.agreementHeads),
    detailTexts: octets(all.detailTexts),
    agreementTexts: octets(all.agreementTexts),
  };
}

export function writeDetail(
  heads: Uint32Array,
  texts: Uint8Array,
  slot: number,
  kind: number,
  detail: string,
): void {
  const text = Buffer.from(detail, 'utf8').subarray(0, detailBytes);
  texts.set(text, slot * detailBytes);
  heads[slot * detailHeader] = kind;
  heads[slot * detailHeader + 1] = text.length;
}

export function readDetail(views: RecorderViews, slot: number): { kind: number; detail: string } {
  const kind = views.detailHeads[slot * detailHeader] ?? 0;
  const length = views.detailHeads[slot * detailHeader + 1] ?? 0;
  const start = slot * detailBytes;
  return { kind, detail: Buffer.from(views.detailTexts.slice(start, start + length)).toString('utf8') };
}
