/** Nobody waits beyond this: the queue is full. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/**
 * So many at a time, and a queue of so many behind them. A turn goes straight from who ends it to who has waited longest; who would wait
 * in a full queue is told so at once, by QueueFull.
 */
export class Turns {
  readonly #queue: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(width: number, queue: number) {
    this.#free = width;
    this.#queue = queue;
  }

  async take<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else if (this.#waiting.length >= this.#queue) throw new QueueFull('the queue is full');
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
