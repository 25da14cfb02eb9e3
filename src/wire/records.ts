import { Violation } from './alerts.ts';

/** ContentType (RFC 8446, section 5.1). */
export const contentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

export const headerLength = 5;
/** Of a TLSPlaintext's and a TLSInnerPlaintext's content. */
export const maximumContent = 1 << 14;
/** Of a TLSCiphertext: content, type, padding, tag. */
export const maximumCiphertext = maximumContent + 256;

/** One record in the clear, at `out[at]`; returns the position behind it. */
export function writePlaintext(
  out: Uint8Array,
  at: number,
  type: number,
  version: 0x0301 | 0x0303,
  content: Uint8Array,
): number {
  out[at] = type;
  out[at + 1] = 3;
  out[at + 2] = version & 0xff;
  out[at + 3] = content.length >>> 8;
  out[at + 4] = content.length;
  out.set(content, at + headerLength);
  return at + headerLength + content.length;
}

/** Cuts a byte stream, in whatever pieces it comes, into whole records. */
export class RecordReader {
  private pending: Buffer | null = null;
  private held = 0;

  /**
   * Hands each whole record (header and all, a view that is good only during the call) to `take`, until that returns false.
   * @throws Violation unexpected_message, record_overflow: as soon as a header is wrong, not when its record is complete
   */
  push(chunk: Uint8Array, take: (record: Uint8Array) => boolean): void {
    let bytes = chunk;
    if (this.held > 0) {
      const total = this.held + chunk.length;
      this.reserve(total);
      const pending = this.pending as Buffer;
      pending.set(chunk, this.held);
      bytes = pending.subarray(0, total);
    }
    let at = 0;
    while (bytes.length - at >= headerLength) {
      const whole = headerLength + recordLength(bytes, at);
      if (bytes.length - at < whole) break;
      const record = bytes.subarray(at, at + whole);
      at += whole;
      if (!take(record)) {
        at = bytes.length;
        break;
      }
    }
    this.keep(bytes, at);
  }

  private keep(bytes: Uint8Array, at: number): void {
    const rest = bytes.length - at;
    if (rest > 0 && this.held > 0) (this.pending as Buffer).copyWithin(0, at, bytes.length);
    else if (rest > 0) {
      this.reserve(rest);
      (this.pending as Buffer).set(bytes.subarray(at));
    }
    this.held = rest;
    if (rest === 0) this.pending = null;
  }

  private reserve(length: number): void {
    const { pending } = this;
    if (pending !== null && pending.length >= length) return;
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * (pending?.length ?? 256)));
    if (pending !== null) larger.set(pending.subarray(0, this.held));
    this.pending = larger;
  }
}

function recordLength(bytes: Uint8Array, at: number): number {
  const type = bytes[at] as number;
  const length = (bytes[at + 3] as number) * 256 + (bytes[at + 4] as number);
  // legacy_record_version is "ignored for all purposes" in the clear; encrypted records authenticate it with their header.
  if (type < contentType.changeCipherSpec || type > contentType.applicationData)
    throw new Violation('unexpected_message', `a record of content type ${type}`);
  if (length > (type === contentType.applicationData ? maximumCiphertext : maximumContent))
    throw new Violation('record_overflow', `a record of ${length} bytes`);
  return length;
}

/** TLSInnerPlaintext (section 5.4): where its content ends and of what type it is. @throws Violation unexpected_message, record_overflow */
export function contentEnd(inner: Uint8Array): number {
  let at = inner.length - 1;
  while (at >= 0 && inner[at] === 0) at--;
  if (at < 0) throw new Violation('unexpected_message', 'a record of padding alone');
  if (at > maximumContent) throw new Violation('record_overflow', `a record with ${at} bytes of content`);
  return at;
}
