/**
 * How long a run still takes: by its plan, and by how much longer than planned the rounds so far took, with everything between them. Times
 * are milliseconds; the clock runs from the moment that this is made, just before the first round.
 */
export class TimeLeft {
  readonly #plannedMs: readonly number[];
  readonly #budgetMs: number;
  readonly #now: () => number;
  readonly #startedAt: number;
  #roundStartedAt: number;

  /** `plannedMs`: of each round in the order of the run, warm-up and all. `budgetMs`: what the run may take at most. */
  constructor(
    plannedMs: readonly number[],
    budgetMs = Number.POSITIVE_INFINITY,
    now: () => number = () => performance.now(),
  ) {
    this.#plannedMs = plannedMs;
    this.#budgetMs = budgetMs;
    this.#now = now;
    this.#startedAt = now();
    this.#roundStartedAt = this.#startedAt;
  }

  roundBegins(): void {
    this.#roundStartedAt = this.#now();
  }

  /** In the round at this position, of which so much is left. */
  leftMs(position: number, leftOfRoundMs: number): number {
    const sum = (planned: readonly number[]): number => planned.reduce((total, ms) => total + ms, 0);
    const plannedSoFar = sum(this.#plannedMs.slice(0, position));
    const tookSoFar = this.#roundStartedAt - this.#startedAt;
    const stretch = plannedSoFar > 0 ? Math.max(1, tookSoFar / plannedSoFar) : 1;
    const rest = leftOfRoundMs + stretch * sum(this.#plannedMs.slice(position + 1));
    const ofBudget = Math.max(leftOfRoundMs, this.#budgetMs - (this.#now() - this.#startedAt));
    return Math.min(rest, ofBudget);
  }
}
