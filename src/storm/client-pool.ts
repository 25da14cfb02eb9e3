import type { Client } from './drivers/driver.ts';

/**
 * The clients that one worker uses for one cohort. A client id must not be connected twice at a time (MQTT 3.1.1, MQTT-3.1.4-2: the
 * broker drops the older connection), so each client is taken, used and given back. Where a cohort has fewer identities than there are
 * workers, all workers share them: the marks lie in shared memory then.
 */
export class ClientPool {
  readonly #clients: readonly Client[];
  /** 0, or the mark of the worker that uses the client. */
  readonly #marks: Int32Array;
  readonly #mark: number;

  /** `mark`: this worker's, not 0. `shared`: marks of all clients, in the order of `clients`, where other workers use them too. */
  constructor(clients: readonly Client[], mark: number, shared: SharedArrayBuffer | undefined) {
    this.#clients = clients;
    this.#mark = mark;
    this.#marks = new Int32Array(shared ?? new ArrayBuffer(clients.length * 4));
  }

  /** Takes the client that `draw` points at, or the next free one after it; undefined when all are in use. */
  take(draw: number): number | undefined {
    const count = this.#clients.length;
    const first = draw % count;
    for (let step = 0; step < count; step++) {
      const at = first + step < count ? first + step : first + step - count;
      if (Atomics.compareExchange(this.#marks, at, 0, this.#mark) === 0) return at;
    }
    return undefined;
  }

  client(at: number): Client | undefined {
    return this.#clients[at];
  }

  /** Every client starts as one that was never connected. */
  forgetTickets(): void {
    for (const client of this.#clients) client.forgetTicket();
  }

  giveBack(at: number): void {
    Atomics.store(this.#marks, at, 0);
  }
}

/** Frees what a lost worker had taken. */
export function freeMarks(shared: SharedArrayBuffer, mark: number): void {
  const marks = new Int32Array(shared);
  for (let at = 0; at < marks.length; at++) Atomics.compareExchange(marks, at, mark, 0);
}
