import type { BackoffOrder } from './backoff.ts';

/**
 * Open: arrivals come at their times, whatever the target does. Pure arithmetic; `dueMs` never decreases.
 */
export type OpenSchedule = {
  open: true;
  /** Arrivals in the window: those with `dueMs` below the round's duration. */
  arrivals: number;
  /** When arrival `k` (from 0) is due, milliseconds from the start of the round; Infinity for one that never is. */
  dueMs(k: number): number;
  /** Index of the cohort that arrival `k` is of; left out where it is drawn by weight. */
  cohortOf?(k: number): number;
};

/** Closed: a number of virtual users, each of which starts its next attempt when its last one has ended. */
export type ClosedSchedule = {
  open: false;
  /** Virtual users at this moment. User `v` (from 0) is active while it is below this number. */
  vusAt(elapsedMs: number): number;
  /** Mean of the time that a user waits between two attempts; 0 for none. */
  thinkMs: number;
};

/** Clients that stay connected, are cut at once, and come back. */
export type ReconnectSchedule = {
  open: false;
  clients: number;
  /** When a client connects for the first time. */
  firstMs(client: number): number;
  cutAtMs: number;
  backoff: BackoffOrder;
};

export type Schedule = OpenSchedule | ClosedSchedule | ReconnectSchedule;

/** A kind of load: one file, one line in `index.ts`. `Order` carries its `model` and whatever it needs. */
export type ScheduleKind<Order extends { model: string }> = {
  model: Order['model'];
  /** Throws RangeError with a sentence when the order is none that can be kept. */
  make(order: Order, durationMs: number): Schedule;
};

export type Stage = { durationMs: number; target: number };

/** The number of arrivals before `durationMs`: `estimate`, set right where rounding put it one off. */
export function arrivalsBefore(durationMs: number, dueMs: (k: number) => number, estimate: number): number {
  let arrivals = Math.max(0, Math.floor(estimate));
  while (dueMs(arrivals) < durationMs) arrivals++;
  while (arrivals > 0 && dueMs(arrivals - 1) >= durationMs) arrivals--;
  return arrivals;
}

export function checkNumber(name: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be 0 or more, not ${value}`);
}
