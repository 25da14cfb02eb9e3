/** Who is due when, earliest first: a binary heap of numbers, two arrays and no object for each. */
export class DueQueue {
  readonly #times: number[] = [];
  readonly #who: number[] = [];

  get length(): number {
    return this.#times.length;
  }

  /** Infinity when nobody waits. */
  get nextMs(): number {
    return this.#times[0] ?? Infinity;
  }

  add(who: number, dueMs: number): void {
    let at = this.#times.length;
    this.#times.push(dueMs);
    this.#who.push(who);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= dueMs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#times[at] = dueMs;
    this.#who[at] = who;
  }

  /** Takes the earliest out; undefined when nobody waits. */
  take(): { who: number; dueMs: number } | undefined {
    const dueMs = this.#times[0];
    const who = this.#who[0];
    const lastMs = this.#times.pop();
    const last = this.#who.pop();
    if (dueMs === undefined || who === undefined || lastMs === undefined || last === undefined)
      return undefined;
    const length = this.#times.length;
    if (length === 0) return { who, dueMs };
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && (this.#times[child + 1] ?? 0) < (this.#times[child] ?? 0)) child++;
      if ((this.#times[child] ?? 0) >= lastMs) break;
      this.#move(child, at);
      at = child;
    }
    this.#times[at] = lastMs;
    this.#who[at] = last;
    return { who, dueMs };
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] ?? 0;
    this.#who[to] = this.#who[from] ?? 0;
  }
}
