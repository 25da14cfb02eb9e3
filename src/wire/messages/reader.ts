import { Violation } from '../alerts.ts';

/** Reads TLS presentation language (RFC 8446, section 3) and refuses what runs over its end with decode_error. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly what: string;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, what: string, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.what = what;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    const value = this.at < this.end ? this.bytes[this.at] : undefined;
    if (value === undefined) this.overrun();
    this.at += 1;
    return value;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u24(): number {
    return this.u16() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  /** A view of the next bytes, no copy. */
  take(length: number): Uint8Array {
    if (length > this.left) this.overrun();
    const view = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return view;
  }

  vector8(minimum = 0): Uint8Array {
    return this.vector(this.u8(), minimum);
  }

  vector16(minimum = 0): Uint8Array {
    return this.vector(this.u16(), minimum);
  }

  vector24(minimum = 0): Uint8Array {
    return this.vector(this.u24(), minimum);
  }

  /** Nothing may follow: every message and vector is used up to its last byte. */
  finish(): void {
    if (this.at !== this.end)
      throw new Violation('decode_error', `${this.what}: ${this.left} bytes after its end`);
  }

  private vector(length: number, minimum: number): Uint8Array {
    if (length < minimum)
      throw new Violation(
        'decode_error',
        `${this.what}: a vector of ${length} bytes, at least ${minimum} due`,
      );
    return this.take(length);
  }

  private overrun(): never {
    throw new Violation('decode_error', `${this.what}: ends too early`);
  }
}
