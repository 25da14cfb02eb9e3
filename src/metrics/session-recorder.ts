import { gauge, type RecorderViews, sessionCount, stamp, timelineColumn } from './recorder-layout.ts';

/** How a held session ended: by the client's own plan, by the target (or lost on the way), or because the round did. */
export type SessionEnd = 'by-client' | 'cut' | 'at-end';

/** A worker's own place, ready to be counted up: `timelineCell` is the recorder's. */
export type SessionPlaces = {
  views: RecorderViews;
  marks: Float64Array;
  /** See `noneHeld`. */
  held: Int32Array;
  timelineCell(cohort: number, atMs: number): number;
  acknowledged(cohort: number, durationMs: number, atMs: number): void;
  recovered(cohort: number, durationMs: number): void;
};

/** The part of a recorder that counts held sessions. Times are milliseconds from the start of the round. */
export class SessionRecorder {
  readonly #places: SessionPlaces;

  constructor(places: SessionPlaces) {
    this.#places = places;
  }

  /** A client stays connected after its CONNACK. */
  opened(cohort: number, atMs: number): void {
    const { views, held, timelineCell } = this.#places;
    const cell = timelineCell(cohort, atMs) + timelineColumn.opened;
    const now = Atomics.add(held, cohort * 2, 1) + 1;
    for (let peak = Atomics.load(held, cohort * 2 + 1); now > peak; ) {
      const found = Atomics.compareExchange(held, cohort * 2 + 1, peak, now);
      if (found === peak) break;
      peak = found;
    }
    views.timeline[cell] = (views.timeline[cell] ?? 0) + 1;
    this.#count(cohort, sessionCount.opened);
  }

  /** `openedMs`: when it was told to `opened`. Sessions that the round's end finds open are held to the end of its timeline. */
  ended(cohort: number, how: SessionEnd, openedMs: number, atMs: number): void {
    const { views, held, marks, timelineCell } = this.#places;
    const { gauges, timeline } = views;
    const markMs = marks[cohort] ?? Infinity;
    const openAtMark = openedMs < markMs && atMs >= markMs;
    Atomics.sub(held, cohort * 2, 1);
    gauges[gauge.lastEndMs] = Math.max(gauges[gauge.lastEndMs] ?? 0, atMs);
    if (how === 'at-end') {
      this.#count(cohort, sessionCount.atEnd);
      if (openAtMark) this.#count(cohort, sessionCount.keptAfterMark);
      return;
    }
    const cell = timelineCell(cohort, atMs) + timelineColumn.left;
    timeline[cell] = (timeline[cell] ?? 0) + 1;
    if (how === 'by-client') this.#count(cohort, sessionCount.endedByClient);
    else this.#cut(cohort, atMs, openAtMark);
  }

  /** Its connection was taken from it on purpose, by the storm; the client comes back. */
  dropped(cohort: number, openedMs: number, atMs: number): void {
    this.ended(cohort, 'by-client', openedMs, atMs);
    this.#count(cohort, sessionCount.dropped);
  }

  /** A client that was dropped has its CONNACK again. */
  recovered(cohort: number, afterMs: number): void {
    this.#places.recovered(cohort, afterMs);
  }

  published(cohort: number): void {
    this.#count(cohort, sessionCount.published);
  }

  /** A PUBLISH with QoS 1 has its PUBACK. */
  acknowledged(cohort: number, durationMs: number, atMs: number): void {
    this.#places.acknowledged(cohort, durationMs, atMs);
  }

  pinged(cohort: number): void {
    this.#count(cohort, sessionCount.pings);
  }

  missedPing(cohort: number, atMs: number): void {
    const { timeline } = this.#places.views;
    const cell = this.#places.timelineCell(cohort, atMs) + timelineColumn.missedPings;
    timeline[cell] = (timeline[cell] ?? 0) + 1;
    this.#count(cohort, sessionCount.missedPings);
  }

  /** A message came for a subscription. */
  received(cohort: number): void {
    this.#count(cohort, sessionCount.received);
  }

  #cut(cohort: number, atMs: number, openAtMark: boolean): void {
    this.#stamp(cohort, stamp.firstCut, stamp.lastCut, atMs);
    this.#count(cohort, sessionCount.cut);
    if (!openAtMark) return;
    this.#stamp(cohort, stamp.firstCutAfterMark, stamp.lastCutAfterMark, atMs);
    this.#count(cohort, sessionCount.cutAfterMark);
  }

  #stamp(cohort: number, first: number, last: number, atMs: number): void {
    const { stamps } = this.#places.views;
    const at = cohort * stamp.width;
    stamps[at + first] = Math.min(stamps[at + first] ?? 0, atMs);
    stamps[at + last] = Math.max(stamps[at + last] ?? 0, atMs);
  }

  #count(cohort: number, which: number): void {
    const { sessions } = this.#places.views;
    const cell = cohort * sessionCount.width + which;
    sessions[cell] = (sessions[cell] ?? 0) + 1;
  }
}
