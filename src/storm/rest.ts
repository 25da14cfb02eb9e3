/** So many attempts leave some 2 MB behind: worth a collection, and far from what V8 collects by itself. */
const attemptsBetween = 64;
/** A collection of what is young takes about one; nobody is to be due meanwhile. */
const restMs = 3;

/**
 * Collects what is young in moments when no attempt is in flight and none is due. V8 would do it when 4 MiB are full, so in the middle of an
 * attempt: one of 140 waits 1.5 ms for it, and the 99th percentile of each latency is made of those.
 */
export class Rest {
  readonly #collect: () => void;
  #attempts = 0;

  constructor(collect: () => void) {
    this.#collect = collect;
  }

  attemptOver(): void {
    this.#attempts++;
  }

  /** @param freeMs for how long nothing is to be done */
  take(freeMs: number): void {
    if (this.#attempts < attemptsBetween || freeMs < restMs) return;
    this.#attempts = 0;
    this.#collect();
  }
}
