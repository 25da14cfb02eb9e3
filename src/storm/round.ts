import { AttemptLog, cutOff } from '../metrics/attempt-log.ts';
import { type Outcome, Recorder } from '../metrics/recorder.ts';
import { type ThreadWatch, watchThread } from '../metrics/thread-usage.ts';
import { Attempt, type AttemptOwner, AttemptQueue } from './attempt.ts';
import type { ClientPool } from './client-pool.ts';
import { closedLoad } from './closed-load.ts';
import { drawAt, secondStream, weightedPick } from './draw.ts';
import type { Destination, SessionListener } from './drivers/driver.ts';
import type { Arrival, Load } from './load.ts';
import { aheadMs, type WorkerCohort, type WorkerRound } from './messages.ts';
import type { MqttVersion } from './mqtt-version.ts';
import { openLoad } from './open-load.ts';
import { localError, timedOut } from './outcomes.ts';
import { reconnectLoad } from './reconnect-load.ts';
import { Rest } from './rest.ts';
import { makeSchedule } from './schedules/index.ts';
import { FirstOperation, type OperationOrder, type OperationOwner } from './sessions/first-operation.ts';
import { Sessions, type SessionsOwner } from './sessions/sessions.ts';
import { sourceRotation } from './source-address.ts';

/** The longest a round sleeps: how late a timeout may be noticed, and how closely a ramp of virtual users is followed. */
const paceMs = 20;
/** How long a socket may take to close once its attempt has an outcome. */
const lingerMs = 1_000;
const usageEveryMs = 250;
const unrotated = (): undefined => undefined;

/**
 * One worker's part of a round: one timer, which starts what is due, cuts off what has run out of time, and ends the round. Times are
 * milliseconds from the start of the round.
 */
export class Round implements AttemptOwner, SessionsOwner, OperationOwner {
  readonly originMs: number;
  readonly #round: WorkerRound;
  readonly #pools: readonly ClientPool[];
  readonly #recorder: Recorder;
  readonly #log: AttemptLog | undefined;
  readonly #inFlightOfAll: Int32Array;
  readonly #load: Load;
  readonly #sources: (() => string | undefined)[];
  readonly #drawClient: (k: number) => number;
  readonly #resumption: readonly number[];
  readonly #ticketStream: number;
  readonly #operations: readonly (OperationOrder | undefined)[];
  readonly #mqttVersions: readonly MqttVersion[];
  readonly #sessions: Sessions;
  readonly #onOver: () => void;
  readonly #rest: Rest;
  readonly #inFlight = new AttemptQueue();
  readonly #closing = new AttemptQueue();
  #watch: ThreadWatch | undefined;
  #usageAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** An attempt that fails at once ends while the load is still starting others. */
  #starting = false;
  #windowOver = false;
  #over = false;

  constructor(
    round: WorkerRound,
    pools: readonly ClientPool[],
    cohorts: readonly Pick<WorkerCohort, 'session' | 'operation' | 'resumption' | 'mqttVersion'>[],
    onOver: () => void,
    collectYoung: () => void,
  ) {
    this.#round = round;
    this.#pools = pools;
    this.#operations = cohorts.map(({ operation }) => operation);
    this.#mqttVersions = cohorts.map(({ mqttVersion }) => mqttVersion);
    this.#resumption = cohorts.map(({ resumption }) => resumption);
    this.#onOver = onOver;
    this.#rest = new Rest(collectYoung);
    this.#recorder = new Recorder(round.recorder, round.shape, round.marks, round.held);
    this.#log = round.log && new AttemptLog(round.log);
    this.#inFlightOfAll = new Int32Array(round.inFlight);
    this.#sources = pools.map((_, cohort) => {
      const block = round.sourceBlocks?.[cohort];
      return block === undefined ? unrotated : sourceRotation(block);
    });
    this.#load = this.#makeLoad();
    const clientStream = secondStream(round.order.seed);
    this.#drawClient = (k) => drawAt(clientStream, k);
    this.#ticketStream = secondStream(clientStream);
    this.#sessions = new Sessions(this, this.#recorder.sessions, cohorts, secondStream(this.#ticketStream));
    this.originMs = round.startAtMs - aheadMs();
    this.#timer = setTimeout(() => this.#begin(), Math.max(0, -this.now()));
  }

  /** Starts nothing more and drops what is in flight: those attempts are unfinished. */
  stop(): void {
    this.#stopped = true;
    this.#load.stop();
    this.#endWindow(this.now());
    this.#cutOff();
    this.#endIfOver();
  }

  ended(attempt: Attempt, outcome: Outcome, endMs: number): SessionListener | undefined {
    const order = outcome.kind === 'accepted' ? this.#operations[attempt.cohort] : undefined;
    if (order !== undefined) {
      const clientId = attempt.pool.client(attempt.client)?.clientId ?? '';
      const mqttVersion = this.#mqttVersions[attempt.cohort] ?? '3.1.1';
      return new FirstOperation(order, attempt, clientId, mqttVersion, this);
    }
    return this.#finish(attempt, outcome, endMs);
  }

  decided(attempt: Attempt, outcome: Outcome, nowMs: number): void {
    this.#finish(attempt, outcome, nowMs);
  }

  #finish(attempt: Attempt, outcome: Outcome, endMs: number): SessionListener | undefined {
    const { connection } = attempt;
    const sent = connection?.bytesSent ?? 0;
    const received = connection?.bytesReceived ?? 0;
    this.#recorder.finished(attempt, outcome, endMs, sent, received);
    this.#log?.add(attempt, this.#recorder.detailSlotOf(outcome), endMs, sent, received);
    Atomics.sub(this.#inFlightOfAll, 0, 1);
    this.#inFlight.remove(attempt);
    // A client with a first operation leaves when it has been judged by it.
    if (outcome.kind === 'accepted' && this.#operations[attempt.cohort] === undefined) {
      const clientId = attempt.pool.client(attempt.client)?.clientId ?? '';
      const session = this.#sessions.take(attempt, clientId, endMs);
      if (session !== undefined) {
        this.#load.attemptEnded(attempt.arrival, true, true);
        return session;
      }
    }
    this.#closing.add(attempt, endMs + lingerMs);
    this.#load.attemptEnded(attempt.arrival, outcome.kind === 'accepted', false);
    this.#startDue();
    return undefined;
  }

  /** A virtual user whose session was held starts its next attempt only now. */
  sessionOver(attempt: Attempt, how: 'ended' | 'dropped'): void {
    this.#closing.add(attempt, this.now() + lingerMs);
    this.#load.sessionEnded(attempt.arrival, how);
  }

  closed(attempt: Attempt): void {
    this.#closing.remove(attempt);
    attempt.pool.giveBack(attempt.client);
    this.#load.clientFreed(attempt.cohort);
    this.#startDue();
    this.#rest.attemptOver();
    if (this.#closing.length === 0 && !this.#endIfOver()) this.#restIfIdle();
  }

  /** Only where arrivals are scheduled is it known for how long nobody comes. */
  #restIfIdle(): void {
    if (!this.#load.limited || this.#inFlight.length > 0 || this.#sessions.count > 0) return;
    this.#rest.take(this.#load.nextMs() - this.now());
  }

  #makeLoad(): Load {
    const { order, share, shares } = this.#round;
    const schedule = makeSchedule(order.schedule, order.durationMs);
    const pick = weightedPick(order.weights);
    const draw = (k: number): number => pick(drawAt(order.seed, k));
    const waits = secondStream(order.seed ^ 0x2545f491);
    if (schedule.open) {
      return openLoad(
        schedule,
        share,
        shares,
        (k, scheduledMs) => this.#start(k, schedule.cohortOf?.(k) ?? draw(k), scheduledMs),
        () => this.#recorder.missed(),
      );
    }
    if ('clients' in schedule) {
      return reconnectLoad(schedule, order.durationMs, share, shares, {
        now: () => this.now(),
        start: (client, dueMs) => this.#start(client, draw(client), dueMs),
        cut: () => this.#sessions.dropAll(this.now()),
        recovered: (client, afterMs) => this.#recorder.sessions.recovered(draw(client), afterMs),
        draw: (client, attempt) => drawAt(waits, client * 1021 + attempt) / 2 ** 32,
      });
    }
    const start = (k: number, cohort: number): Arrival => this.#start(k, cohort, undefined);
    const think = (k: number): number => (drawAt(waits, k) + 0.5) / 2 ** 32;
    return closedLoad(schedule, order.durationMs, share, shares, this.#pools.length, draw, think, start, () =>
      this.now(),
    );
  }

  now(): number {
    return performance.now() - this.originMs;
  }

  #begin(): void {
    this.#watch = watchThread();
    this.#tick();
  }

  #tick(): void {
    const nowMs = this.now();
    if (nowMs >= 0) this.#startAll(nowMs);
    this.#sessions.tick(nowMs);
    this.#timeOut(this.now());
    if (!this.#windowOver && this.#hasPassedWindow(nowMs)) this.#endWindow(nowMs);
    if (nowMs - this.#usageAtMs >= usageEveryMs) this.#noteUsage(nowMs);
    const { durationMs, gracefulStopMs } = this.#round.order;
    if (nowMs >= durationMs + gracefulStopMs && this.#load.over(nowMs)) this.#cutOff();
    if (this.#endIfOver()) return;
    const sleepMs = Math.min(paceMs, this.#load.nextMs() - this.now());
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(sleepMs)));
  }

  /**
   * A busy event loop has many answers to hear before it comes round to its timers: what has come due meanwhile is started in between, where an
   * attempt has ended and no other waits for the next line of code.
   */
  #startDue(): void {
    if (!this.#load.limited || this.#starting || this.#stopped) return;
    const nowMs = this.now();
    if (this.#load.nextMs() <= nowMs) this.#startAll(nowMs);
  }

  #startAll(nowMs: number): void {
    this.#starting = true;
    this.#load.tick(nowMs);
    this.#starting = false;
  }

  #start(k: number, cohort: number, scheduledMs: number | undefined): Arrival {
    const pool = this.#pools[cohort];
    if (pool === undefined) return 'busy';
    const limit = this.#load.limited ? this.#round.order.maxInFlight : Infinity;
    const full = Atomics.add(this.#inFlightOfAll, 0, 1) >= limit;
    const client = full ? undefined : pool.take(this.#drawClient(k));
    if (client === undefined) {
      Atomics.sub(this.#inFlightOfAll, 0, 1);
      return full ? 'full' : 'busy';
    }

    const startMs = this.now();
    const attempt = new Attempt(this, cohort, pool, client, k, startMs, scheduledMs);
    this.#recorder.started(cohort, startMs, scheduledMs);
    this.#inFlight.add(attempt, startMs + this.#round.order.attemptTimeoutMs);
    const share = this.#resumption[cohort] ?? 0;
    const offersTicket = share > 0 && drawAt(this.#ticketStream, k) / 2 ** 32 < share;
    try {
      attempt.connection = pool.client(client)?.attempt(this.#destination(cohort), attempt, offersTicket);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      attempt.ended(localError(detail), performance.now());
      attempt.closed();
    }
    return 'started';
  }

  #destination(cohort: number): Destination {
    const { ip, order } = this.#round;
    return {
      ip,
      port: order.address.port,
      transport: order.transport ?? 'tls',
      serverName: order.serverName,
      sourceAddress: this.#sources[cohort]?.(),
    };
  }

  #timeOut(nowMs: number): void {
    for (let late = this.#inFlight.due(nowMs); late !== undefined; late = this.#inFlight.due(nowMs)) {
      late.connection?.destroy();
      this.ended(late, timedOut(late.phase), nowMs);
    }
    for (let late = this.#closing.due(nowMs); late !== undefined; late = this.#closing.due(nowMs)) {
      // Its socket tells when it is gone; until then it is not looked at again.
      late.deadlineMs = Infinity;
      late.connection?.destroy();
    }
  }

  #cutOff(): void {
    const nowMs = this.now();
    for (let attempt = this.#inFlight.first; attempt !== undefined; attempt = this.#inFlight.first) {
      this.#inFlight.remove(attempt);
      this.#closing.add(attempt, Infinity);
      this.#recorder.unfinished(attempt, nowMs);
      const { bytesSent = 0, bytesReceived = 0 } = attempt.connection ?? {};
      this.#log?.add(attempt, cutOff, nowMs, bytesSent, bytesReceived);
      Atomics.sub(this.#inFlightOfAll, 0, 1);
      attempt.connection?.destroy();
    }
    for (let attempt = this.#closing.first; attempt !== undefined; attempt = attempt.next)
      attempt.connection?.destroy();
  }

  /** A round lasts as long as its window, also when the last attempt ended before; sockets that still close belong to it. */
  #endIfOver(): boolean {
    if (this.#over) return true;
    const nowMs = this.now();
    if (!this.#stopped && !this.#hasPassedWindow(nowMs)) return false;
    if (this.#inFlight.length > 0 || this.#closing.length > 0 || this.#sessions.count > 0) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#noteUsage(nowMs);
    this.#watch?.stop();
    this.#onOver();
    return true;
  }

  #hasPassedWindow(nowMs: number): boolean {
    return nowMs >= this.#round.order.durationMs && this.#load.over(nowMs);
  }

  #endWindow(nowMs: number): void {
    this.#windowOver = true;
    this.#sessions.endAll(nowMs);
  }

  #noteUsage(nowMs: number): void {
    this.#usageAtMs = nowMs;
    if (this.#watch !== undefined) this.#recorder.usage(this.#watch.sample());
  }
}
