/** Something that a wheel wakes; the fields are the wheel's. */
export interface WheelEntry {
  /** Turn of the wheel at which it is looked at next; -1 while it is in no wheel. */
  turn: number;
  previous: this | undefined;
  next: this | undefined;
}

/** Ten seconds round. */
const slots = 512;

/**
 * Timers for many, with one clock (Varghese and Lauck's hashed wheel): adding, moving and taking out cost the same however many there
 * are, and nobody has a timer of the runtime's own. Nothing fires early; it fires late by one tick at most, and by how late `advance` is
 * called.
 */
export class TimerWheel<Entry extends WheelEntry> {
  readonly #tickMs: number;
  readonly #firsts: (Entry | undefined)[] = Array.from({ length: slots }, () => undefined);
  #turn = 0;
  length = 0;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** The entry must be in no wheel. */
  add(entry: Entry, dueMs: number): void {
    const turn = Math.max(this.#turn + 1, Math.ceil(dueMs / this.#tickMs));
    const slot = turn % slots;
    const first = this.#firsts[slot];
    entry.turn = turn;
    entry.previous = undefined;
    entry.next = first;
    if (first !== undefined) first.previous = entry;
    this.#firsts[slot] = entry;
    this.length++;
  }

  /** Does nothing to an entry that is in no wheel. */
  remove(entry: Entry): void {
    if (entry.turn < 0) return;
    if (entry.previous === undefined) this.#firsts[entry.turn % slots] = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next !== undefined) entry.next.previous = entry.previous;
    entry.turn = -1;
    entry.previous = undefined;
    entry.next = undefined;
    this.length--;
  }

  /** Takes out every entry that is due by now and hands it to `fire`, which may add and remove what it likes. */
  advance(nowMs: number, fire: (entry: Entry) => void): void {
    const now = Math.floor(nowMs / this.#tickMs);
    const from = Math.max(this.#turn + 1, now - slots + 1);
    if (now < from) return;
    this.#turn = now;
    if (this.length === 0) return;
    const due: Entry[] = [];
    for (let turn = from; turn <= now; turn++) {
      for (let entry = this.#firsts[turn % slots]; entry !== undefined; entry = entry.next)
        if (entry.turn <= now) due.push(entry);
    }
    for (const entry of due) {
      // One that fired before it may have taken this one out, or put it elsewhere.
      if (entry.turn < 0 || entry.turn > now) continue;
      this.remove(entry);
      fire(entry);
    }
  }
}
