import type { Agreement } from '../metrics/agreement.ts';
import type { EndedAttempt, Outcome } from '../metrics/recorder.ts';
import type { ClientPool } from './client-pool.ts';
import type { AttemptListener, Connection, SessionListener } from './drivers/driver.ts';
import type { Phase } from './outcomes.ts';

/** Who is told of an attempt's end. */
export type AttemptOwner = {
  readonly originMs: number;
  /** A listener where the client is to stay connected. */
  ended(attempt: Attempt, outcome: Outcome, endMs: number): SessionListener | undefined;
  closed(attempt: Attempt): void;
};

/** One attempt, from its start to the moment its socket is gone. Times are milliseconds from the start of the round. */
export class Attempt implements AttemptListener, EndedAttempt {
  readonly cohort: number;
  readonly pool: ClientPool;
  /** Place of its identity in the pool. */
  readonly client: number;
  /** Its number in the round's schedule: draws depend on it. */
  readonly arrival: number;
  readonly scheduledMs: number | undefined;
  readonly startMs: number;
  connectedMs: number | undefined;
  serverHelloMs: number | undefined;
  serverFinishedMs: number | undefined;
  securedMs: number | undefined;
  agreement: Agreement | undefined;
  connection: Connection | undefined;
  /** When it is cut off: in flight the attempt's timeout, after its end the time that its socket is given to close. */
  deadlineMs = 0;
  previous: Attempt | undefined;
  next: Attempt | undefined;
  readonly #owner: AttemptOwner;
  /** The transport has no handshake that could be timed. */
  #bare = false;

  constructor(
    owner: AttemptOwner,
    cohort: number,
    pool: ClientPool,
    client: number,
    arrival: number,
    startMs: number,
    scheduledMs: number | undefined,
  ) {
    this.#owner = owner;
    this.cohort = cohort;
    this.pool = pool;
    this.client = client;
    this.arrival = arrival;
    this.startMs = startMs;
    this.scheduledMs = scheduledMs;
  }

  get phase(): Phase {
    if (this.connectedMs === undefined) return 'tcp-connect';
    if (this.#bare) return 'connack';
    return this.securedMs === undefined ? 'tls-handshake' : 'connack';
  }

  connected(atMs: number): void {
    this.connectedMs = atMs - this.#owner.originMs;
  }

  serverHello(atMs: number): void {
    this.serverHelloMs = atMs - this.#owner.originMs;
  }

  serverFinished(atMs: number): void {
    this.serverFinishedMs = atMs - this.#owner.originMs;
  }

  secured(atMs: number, agreement: Agreement | undefined): void {
    this.agreement = agreement;
    if (agreement === undefined) this.#bare = true;
    else this.securedMs = atMs - this.#owner.originMs;
  }

  ended(outcome: Outcome, atMs: number): SessionListener | undefined {
    return this.#owner.ended(this, outcome, atMs - this.#owner.originMs);
  }

  closed(): void {
    this.#owner.closed(this);
  }
}

/**
 * Attempts in the order of their deadlines. Each has the same time to live, so a new one goes to the end and only the first can be due:
 * what a timer for each of them would do, without the timers.
 */
export class AttemptQueue {
  first: Attempt | undefined;
  #last: Attempt | undefined;
  length = 0;

  add(attempt: Attempt, deadlineMs: number): void {
    attempt.deadlineMs = deadlineMs;
    attempt.previous = this.#last;
    attempt.next = undefined;
    if (this.#last === undefined) this.first = attempt;
    else this.#last.next = attempt;
    this.#last = attempt;
    this.length++;
  }

  remove(attempt: Attempt): void {
    if (attempt.previous === undefined) this.first = attempt.next;
    else attempt.previous.next = attempt.next;
    if (attempt.next === undefined) this.#last = attempt.previous;
    else attempt.next.previous = attempt.previous;
    attempt.previous = undefined;
    attempt.next = undefined;
    this.length--;
  }

  /** The first one whose deadline has come. */
  due(nowMs: number): Attempt | undefined {
    return this.first !== undefined && this.first.deadlineMs <= nowMs ? this.first : undefined;
  }
}
