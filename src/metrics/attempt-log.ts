import type { EndedAttempt } from './recorder.ts';

/** What is kept of each attempt, all of them numbers; a time that there is not is NaN. */
const columns = [
  'cohort',
  'identity',
  'scheduledMs',
  'startedMs',
  'connectedMs',
  'securedMs',
  'endedMs',
  'detailSlot',
  'bytesSent',
  'bytesReceived',
] as const;
const width = columns.length;
const rowBytes = width * Float64Array.BYTES_PER_ELEMENT;
/** Of the first number, which is how many rows there are. */
const headBytes = Float64Array.BYTES_PER_ELEMENT;
const rowsAtOnce = 4096;

/** Of one worker and round. Memory is taken as it is needed; this much alone is only addresses. */
export const mostLoggedAttempts = 4_000_000;
/** Stands for the detail's slot of an attempt that was cut off before it had an outcome. */
export const cutOff = -1;

/** One attempt, as a worker has written it down. Times are milliseconds from the start of the round. */
export type LoggedAttempt = Record<(typeof columns)[number], number>;

/** Shared memory for the attempts of one worker and round, one by one. Whatever a worker has written there outlives it. */
export function allocateAttemptLog(): SharedArrayBuffer {
  return new SharedArrayBuffer(headBytes, { maxByteLength: headBytes + mostLoggedAttempts * rowBytes });
}

/** Writes a log: ten stores an attempt, and more memory now and then. The only writer of its memory. */
export class AttemptLog {
  readonly #buffer: SharedArrayBuffer;
  readonly #numbers: Float64Array;
  #rows = 0;
  #room = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#buffer = buffer;
    this.#numbers = new Float64Array(buffer);
  }

  /** `detailSlot`: `Recorder.detailSlotOf` its outcome, or `cutOff`. */
  add(
    { cohort, client, scheduledMs, startMs, connectedMs, securedMs }: EndedAttempt & { client: number },
    detailSlot: number,
    endMs: number,
    sent: number,
    received: number,
  ): void {
    if (this.#rows === this.#room && !this.#grow()) return;
    const numbers = this.#numbers;
    const at = 1 + this.#rows * width;
    numbers[at] = cohort;
    numbers[at + 1] = client;
    numbers[at + 2] = scheduledMs ?? Number.NaN;
    numbers[at + 3] = startMs;
    numbers[at + 4] = connectedMs ?? Number.NaN;
    numbers[at + 5] = securedMs ?? Number.NaN;
    numbers[at + 6] = endMs;
    numbers[at + 7] = detailSlot;
    numbers[at + 8] = sent;
    numbers[at + 9] = received;
    this.#rows += 1;
    numbers[0] = this.#rows;
  }

  #grow(): boolean {
    const room = Math.min(mostLoggedAttempts, this.#room + rowsAtOnce);
    if (room === this.#room) return false;
    this.#buffer.grow(headBytes + room * rowBytes);
    this.#room = room;
    return true;
  }
}

/** The attempts of a log in the order in which they ended. */
export function* readAttemptLog(buffer: SharedArrayBuffer): Generator<LoggedAttempt> {
  const numbers = new Float64Array(buffer);
  const rows = numbers[0] ?? 0;
  for (let row = 0; row < rows; row += 1) {
    const at = (column: number) => numbers[1 + row * width + column] ?? Number.NaN;
    yield {
      cohort: at(0),
      identity: at(1),
      scheduledMs: at(2),
      startedMs: at(3),
      connectedMs: at(4),
      securedMs: at(5),
      endedMs: at(6),
      detailSlot: at(7),
      bytesSent: at(8),
      bytesReceived: at(9),
    };
  }
}
