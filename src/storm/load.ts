/** What came of an arrival: no client of its cohort was free (`busy`), or too many attempts are in flight (`full`). */
export type Arrival = 'started' | 'busy' | 'full';

/** What starts attempts in a round, open or closed. Times are milliseconds from the start of the round. */
export type Load = {
  /** Starts everything that is due by now. */
  tick(nowMs: number): void;
  /** When `tick` is wanted next; Infinity when never. */
  nextMs(): number;
  /** Whether its arrivals are missed where the round has `maxInFlight` attempts in flight. */
  readonly limited: boolean;
  /** An attempt has its outcome; `held` where the client stays connected, and `sessionEnded` follows. */
  attemptEnded(arrival: number, accepted: boolean, held: boolean): void;
  /** `dropped` by the load's own `cut`. */
  sessionEnded(arrival: number, how: 'ended' | 'dropped'): void;
  /** A client of this cohort is free again. */
  clientFreed(cohort: number): void;
  /** Nothing will be started any more. */
  over(nowMs: number): boolean;
  stop(): void;
};
