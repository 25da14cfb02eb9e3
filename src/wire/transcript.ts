import { Violation } from './alerts.ts';
import type { SuiteHash } from './crypto/hkdf.ts';
import { handshakeType } from './messages/handshake-type.ts';

/** Of one handshake message of the server; OpenSSL's own limit for chains is 100 kB. */
const maximumMessage = 1 << 17;

const usualSize = 4096;
const spare: Buffer[] = [];
const spareLimit = 256;

/**
 * All handshake messages, end to end in one buffer: what is hashed, and at the same time where the server's messages are put together
 * from records. `read` is how far they were taken out; behind it lies an incomplete one. One-shot hashing of the contiguous bytes is
 * cheaper than a running hash that is copied at each step.
 */
export class Transcript {
  private bytes: Buffer = spare.pop() ?? Buffer.allocUnsafeSlow(usualSize);
  length = 0;
  read = 0;
  /** Where the handshake itself ends; what comes later is put together behind it and dropped. */
  private end = 0;

  append(more: Uint8Array): void {
    const total = this.length + more.length;
    if (total > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(total, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(more, this.length);
    this.length = total;
  }

  /** Our own message: appended and, as far as reading goes, done with. */
  appendOwn(message: Uint8Array): void {
    this.append(message);
    this.read = this.length;
  }

  view(start: number, end: number): Buffer {
    return this.bytes.subarray(start, end);
  }

  /** Where the next whole message ends, or 0 where it is not complete. @throws Violation illegal_parameter */
  nextEnd(): number {
    const { bytes, read } = this;
    if (this.length - read < 4) return 0;
    const length =
      ((bytes[read + 1] as number) << 16) | ((bytes[read + 2] as number) << 8) | (bytes[read + 3] as number);
    if (length > maximumMessage)
      throw new Violation('illegal_parameter', `a handshake message of ${length} bytes`);
    const end = read + 4 + length;
    return end <= this.length ? end : 0;
  }

  /** Transcript-Hash of everything up to `end`. */
  digest(hash: SuiteHash, end: number): Uint8Array {
    return hash.digest(this.bytes.subarray(0, end));
  }

  /** After a HelloRetryRequest the first ClientHello is replaced by its hash (RFC 8446, section 4.4.1). */
  replaceFirstHello(hash: SuiteHash, firstLength: number): void {
    const digest = hash.digest(this.bytes.subarray(0, firstLength));
    const retry = Buffer.from(this.bytes.subarray(firstLength, this.length));
    this.length = 0;
    this.append(Uint8Array.of(handshakeType.messageHash, 0, 0, digest.length));
    this.append(digest);
    this.append(retry);
    this.read = this.length;
  }

  /** The handshake is complete; without `keep` its messages are not needed any more. */
  complete(keep: boolean): void {
    if (!keep) this.recycle();
    this.end = this.length;
  }

  /** A message after the handshake was taken out. */
  dropRead(): void {
    if (this.read !== this.length) return;
    this.length = this.end;
    this.read = this.end;
  }

  handshakeEnd(): number {
    return this.end;
  }

  /** Gives the buffer to the next connection. */
  recycle(): void {
    if (this.bytes.length === usualSize && spare.length < spareLimit) spare.push(this.bytes);
    this.bytes = Buffer.alloc(0);
    this.length = 0;
    this.read = 0;
    this.end = 0;
  }
}
