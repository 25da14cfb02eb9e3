import { allocateAttemptLog, readAttemptLog } from '../metrics/attempt-log.ts';
import { type LiveCohort, readLive } from '../metrics/read-live.ts';
import { mergeRecordings, readHeld, readOutcomeDetails, readProgress } from '../metrics/read-recorder.ts';
import {
  allocateRecorder,
  noneHeld,
  type RecorderShape,
  recorderShape,
  unmarked,
} from '../metrics/recorder-layout.ts';
import type { LatencyRecording } from '../metrics/recording.ts';
import type { Crew, CrewMember } from './crew.ts';
import { monotonicMs } from './messages.ts';
import type { RecordedAttempt, RoundOrder, RoundRecording, StormProgress } from './order.ts';
import { rotatesSources, sourceBlock } from './source-address.ts';

/** A round under way. */
export type RoundRun = {
  /** Read from shared memory: costs the workers nothing. */
  progress(): StormProgress;
  /** How each cohort stands, by its place in the order; read likewise. Empty before the round has begun. */
  cohorts(): LiveCohort[];
  /**
   * Something happens to this cohort just now: what starts from here on is counted apart (`CohortRecording.afterMark`). Returns the
   * moment, milliseconds from the start of the round. A cohort is marked once in a round; later marks return the first one's moment.
   * Throws RangeError when there is no such cohort.
   */
  mark(cohort: number): number;
  /** Ends the arrivals and drops what is in flight, which is then unfinished; `done` follows at once. */
  stop(): void;
  done: Promise<RoundRecording>;
};

/** Between the order and the first arrival: long enough for a message to reach every worker. */
const leadMs = 25;
/** How long after its last possible end, or after `stop()`, a worker may still be silent before it is given up. */
const silenceMs = 10_000;
const silenceAfterStopMs = 3_000;

type Part = {
  member: CrewMember;
  recorder: SharedArrayBuffer;
  log: SharedArrayBuffer | undefined;
  over: boolean;
  collectionCpuMs: number;
  lost: string | undefined;
};

/** Plays one round with the workers that are alive; the caller has checked the order and that there are any. */
export class RoundInPlay {
  readonly done: Promise<RoundRecording>;
  readonly #crew: Crew;
  readonly #order: RoundOrder;
  readonly #shape: RecorderShape;
  readonly #parts: Part[];
  readonly #inFlight = new SharedArrayBuffer(4);
  readonly #held: Int32Array<SharedArrayBuffer>;
  readonly #marks: Float64Array<SharedArrayBuffer>;
  readonly #startAtMs: number;
  readonly #startedAt: number;
  #watchdog: NodeJS.Timeout;
  #stopped = false;
  #finish: () => void = () => {};

  /** `early`: the cohorts that were marked before there was a round to mark them in, so from its start. */
  constructor(crew: Crew, order: RoundOrder, ip: string, cohorts: number, early: Iterable<number>) {
    this.#crew = crew;
    this.#order = order;
    this.#shape = recorderShape(cohorts, order.durationMs, order.gracefulStopMs);
    this.#marks = unmarked(cohorts);
    for (const cohort of early) this.#marks[cohort] = 0;
    this.#held = noneHeld(cohorts);
    this.#parts = crew.alive.map((member) => ({
      member,
      recorder: allocateRecorder(this.#shape),
      log: order.logAttempts === true ? allocateAttemptLog() : undefined,
      over: false,
      collectionCpuMs: 0,
      lost: undefined,
    }));
    this.done = new Promise<void>((resolve) => {
      this.#finish = resolve;
    }).then(() => this.#recording());
    this.#watchdog = this.#giveUpAfter(leadMs + order.durationMs + order.gracefulStopMs + silenceMs);
    // Allocating takes milliseconds, and more when the thread is put aside: none of them is to come off the lead.
    this.#startAtMs = monotonicMs() + leadMs;
    this.#startedAt = Date.now() + leadMs;
    for (const [share, part] of this.#parts.entries()) this.#send(part, share, ip, cohorts);
  }

  progress(): StormProgress {
    const sum = { started: 0, finished: 0, inFlight: 0, missedArrivals: 0 };
    for (const { recorder, lost } of this.#parts) {
      const { started, finished, inFlight, missedArrivals } = readProgress(recorder, this.#shape);
      sum.started += started;
      sum.finished += finished;
      sum.missedArrivals += missedArrivals;
      if (lost === undefined) sum.inFlight += inFlight;
    }
    return { elapsedMs: Math.max(0, monotonicMs() - this.#startAtMs), ...sum };
  }

  cohorts(): LiveCohort[] {
    return readLive(
      this.#parts.map(({ recorder }) => recorder),
      this.#shape,
    );
  }

  mark(cohort: number): number {
    const marked = this.#marks[cohort];
    if (marked === undefined) throw new RangeError(`there is no cohort ${cohort} to mark`);
    if (marked !== Infinity) return marked;
    const nowMs = Math.max(0, monotonicMs() - this.#startAtMs);
    this.#marks[cohort] = nowMs;
    return nowMs;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const { member, over } of this.#parts) if (!over) this.#crew.tell(member, { kind: 'stop' });
    clearTimeout(this.#watchdog);
    this.#watchdog = this.#giveUpAfter(silenceAfterStopMs);
  }

  #send(part: Part, share: number, ip: string, cohorts: number): void {
    const { member } = part;
    this.#crew.listen(
      member,
      (message) => {
        if (message.kind !== 'round-over') return;
        part.collectionCpuMs = message.collectionCpuMs;
        this.#endPart(part);
      },
      () => {
        part.lost = member.lost;
        // What it had in flight no longer counts against the others' maxInFlight.
        Atomics.sub(new Int32Array(this.#inFlight), 0, readProgress(part.recorder, this.#shape).inFlight);
        for (const [cohort, held] of readHeld(part.recorder, this.#shape).entries())
          Atomics.sub(this.#held, cohort * 2, held);
        this.#endPart(part);
      },
    );
    const sourceBlocks = Array.from({ length: cohorts }, (_, cohort) =>
      sourceBlock(member.number, cohort, cohorts),
    );
    this.#crew.tell(member, {
      kind: 'round',
      round: {
        order: this.#order,
        ip,
        share,
        shares: this.#parts.length,
        sourceBlocks: rotatesSources(ip) ? sourceBlocks : undefined,
        startAtMs: this.#startAtMs,
        recorder: part.recorder,
        log: part.log,
        shape: this.#shape,
        marks: this.#marks,
        held: this.#held,
        inFlight: this.#inFlight,
      },
    });
  }

  #endPart(part: Part): void {
    if (part.over) return;
    part.over = true;
    this.#crew.listen(
      part.member,
      () => {},
      () => {},
    );
    if (this.#parts.some(({ over }) => !over)) return;
    clearTimeout(this.#watchdog);
    this.#finish();
  }

  /** A worker that hangs is ended; it is then lost like any other. */
  #giveUpAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      for (const { member, over } of this.#parts) if (!over) void member.thread.terminate();
    }, ms);
  }

  #recording(): RoundRecording {
    const buffers = this.#parts.map(({ recorder }) => recorder);
    const { recording, readings, scheduleError } = mergeRecordings(
      buffers,
      this.#shape,
      this.#marks,
      this.#held,
    );
    const most = (pick: (reading: (typeof readings)[number]) => number): number =>
      Math.max(0, ...readings.map(pick));
    const sum = (pick: (reading: (typeof readings)[number]) => number): number =>
      readings.reduce((total, reading) => total + pick(reading), 0);
    return {
      startedAt: this.#startedAt,
      elapsedMs: most(({ lastEndMs }) => lastEndMs),
      recording,
      generator: {
        cpuUserMs: sum(({ usage }) => usage.cpuUserMs),
        cpuSystemMs: sum(({ usage }) => usage.cpuSystemMs),
        collectionCpuMs: this.#parts.reduce((total, { collectionCpuMs }) => total + collectionCpuMs, 0),
        collections: {
          count: sum(({ usage }) => usage.collections.count),
          totalMs: sum(({ usage }) => usage.collections.totalMs),
          maxMs: most(({ usage }) => usage.collections.maxMs),
        },
        // Quantiles of different threads cannot be added; the slowest one is what the storm is judged by.
        eventLoopLagMs: {
          p50: most(({ usage }) => usage.eventLoopLagMs.p50),
          p99: most(({ usage }) => usage.eventLoopLagMs.p99),
          max: most(({ usage }) => usage.eventLoopLagMs.max),
        },
        scheduleErrorMs: spread(scheduleError),
        scheduleError,
      },
      lostWorkers: this.#parts.flatMap(({ member, lost }) =>
        lost === undefined ? [] : [{ worker: member.number, reason: lost }],
      ),
      stoppedEarly: this.#stopped,
      ...(this.#order.logAttempts === true && { attempts: this.#attempts() }),
    };
  }

  *#attempts(): Generator<RecordedAttempt> {
    for (const { recorder, log } of this.#parts) {
      if (log === undefined) continue;
      const outcomes = readOutcomeDetails(recorder, this.#shape);
      for (const { detailSlot, ...attempt } of readAttemptLog(log)) {
        const { kind: outcome, detail } = outcomes[detailSlot] ?? { kind: 'unfinished', detail: '' };
        yield { ...attempt, outcome, detail };
      }
    }
  }
}

function spread({ histogram, count, maxUs }: LatencyRecording): { p50: number; p99: number; max: number } {
  if (count === 0) return { p50: 0, p99: 0, max: 0 };
  const percentile = (percent: number): number =>
    Math.min(maxUs, histogram.getValueAtPercentile(percent)) / 1000;
  return { p50: percentile(50), p99: percentile(99), max: maxUs / 1000 };
}
