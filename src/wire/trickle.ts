/** How slowly a rude client writes. */
export type TricklePace = { bytes: number; everyMs: number };

/** Lets bytes out a few at a time. What is left when the connection ends is dropped. */
export class Trickle {
  private readonly pace: TricklePace;
  private readonly write: (bytes: Uint8Array) => void;
  private waiting: Uint8Array[] = [];
  /** Bytes let out so far. */
  written = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(pace: TricklePace, write: (bytes: Uint8Array) => void) {
    this.pace = { bytes: Math.max(1, Math.floor(pace.bytes)), everyMs: pace.everyMs };
    this.write = write;
  }

  push(bytes: Uint8Array): void {
    this.waiting.push(bytes);
    this.timer ??= setInterval(() => this.drip(), this.pace.everyMs);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.waiting = [];
  }

  private drip(): void {
    const [first, ...rest] = this.waiting;
    if (first === undefined) {
      this.stop();
      return;
    }
    this.write(first.subarray(0, this.pace.bytes));
    this.written += Math.min(first.length, this.pace.bytes);
    const left = first.subarray(this.pace.bytes);
    this.waiting = left.length > 0 ? [left, ...rest] : rest;
  }
}
