import { readTlv, type Tlv } from '../der-reader.ts';
import { OcspError } from './ocsp-error.ts';

/** Reads the values inside a constructed one in order, and refuses whatever does not belong there. Throws OcspError `malformed`. */
export class DerCursor {
  readonly bytes: Uint8Array;
  readonly #what: string;
  readonly #end: number;
  #at: number;

  private constructor(bytes: Uint8Array, from: number, end: number, what: string) {
    this.bytes = bytes;
    this.#at = from;
    this.#end = end;
    this.#what = what;
  }

  /** Over the contents of a value that takes up all of `bytes`. */
  static over(bytes: Uint8Array, tag: number, what: string): DerCursor {
    const outer = new DerCursor(bytes, 0, bytes.length, what);
    const inner = outer.enter(tag, what);
    outer.end();
    return inner;
  }

  get atEnd(): boolean {
    return this.#at === this.#end;
  }

  /** The next value, which must have this tag. */
  next(tag: number, what: string): Tlv {
    const found = readTlv(this.bytes, this.#at, this.#end);
    if (found === null) throw this.#wrong(`${what} is not there in full`);
    if (found.tag !== tag)
      throw this.#wrong(`${what} has the tag 0x${found.tag.toString(16)} in place of 0x${tag.toString(16)}`);
    this.#at = found.end;
    return found;
  }

  /** The next value where it has this tag. */
  optional(tag: number, what: string): Tlv | null {
    return this.#at < this.#end && this.bytes[this.#at] === tag ? this.next(tag, what) : null;
  }

  /** The tag of the next value, undefined at the end. */
  get tag(): number | undefined {
    return this.#at < this.#end ? this.bytes[this.#at] : undefined;
  }

  /** A cursor inside the next value. */
  enter(tag: number, what: string): DerCursor {
    return this.inside(this.next(tag, what), what);
  }

  /** A cursor inside a value that this one has given. */
  inside(value: Tlv, what: string): DerCursor {
    return new DerCursor(this.bytes, value.contents, value.end, what);
  }

  /** A cursor inside the next value where it has this tag. */
  enterOptional(tag: number, what: string): DerCursor | null {
    return this.tag === tag ? this.enter(tag, what) : null;
  }

  /** Identifier, length and contents. */
  whole(value: Tlv): Uint8Array {
    return this.bytes.subarray(value.start, value.end);
  }

  contents(value: Tlv): Uint8Array {
    return this.bytes.subarray(value.contents, value.end);
  }

  /** Nothing may be left. */
  end(): void {
    if (!this.atEnd) throw this.#wrong(`${this.#end - this.#at} octets are left over`);
  }

  #wrong(found: string): OcspError {
    return new OcspError('malformed', `${this.#what}: ${found}`);
  }
}

/** Contents of a DEFAULT v1 version field: whatever else it says is none that RFC 6960 knows. */
export function expectVersion1(cursor: DerCursor | null): void {
  if (cursor === null) return;
  const version = cursor.contents(cursor.next(0x02, 'version'));
  cursor.end();
  if (version.length !== 1 || version[0] !== 0) throw new OcspError('malformed', 'version: only v1 is known');
}

/** GeneralizedTime as RFC 5280 4.1.2.5.2 wants it: whole seconds, `Z`. */
export function readGeneralizedTime(cursor: DerCursor, what: string): Date {
  const text = Buffer.from(cursor.contents(cursor.next(0x18, what))).toString('latin1');
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(iso);
  // The engine takes 30 February for 1 March.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso)
    throw new OcspError('malformed', `${what}: "${text}" is no GeneralizedTime YYYYMMDDHHMMSSZ`);
  return date;
}

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
