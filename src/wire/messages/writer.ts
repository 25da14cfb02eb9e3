/** Writes TLS presentation language for messages that are made before the clock starts, or seldom. */
export class Writer {
  private bytes = Buffer.allocUnsafe(512);
  length = 0;

  u8(value: number): this {
    this.room(1);
    this.bytes[this.length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8((value >>> 8) & 0xff).u8(value & 0xff);
  }

  u24(value: number): this {
    return this.u8((value >>> 16) & 0xff).u16(value & 0xffff);
  }

  u32(value: number): this {
    return this.u16((value >>> 16) & 0xffff).u16(value & 0xffff);
  }

  raw(value: Uint8Array): this {
    this.room(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** What `body` writes, behind its length in 1, 2 or 3 bytes. */
  vector(lengthBytes: 1 | 2 | 3, body: (writer: this) => void): this {
    const start = this.length;
    this.room(lengthBytes);
    this.length += lengthBytes;
    body(this);
    this.bytes.writeUIntBE(this.length - start - lengthBytes, start, lengthBytes);
    return this;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.bytes, 0, this.length);
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
