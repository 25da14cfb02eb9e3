import { type CipherGCMOptions, createCipheriv, createDecipheriv } from 'node:crypto';
import { AesGcm } from './aes-gcm.ts';
import type { CipherSuite } from './cipher-suites.ts';

/** Above this many bytes the runtime's AES is cheaper than ours (measured with bench/wire.ts). */
const shortRecord = 256;
const tagLength = 16;
const headerLength = 5;
/** A key as a latin1 string is the cheapest to hand over: a KeyObject costs 2 µs to make, a Buffer 10 µs in type checks that throw and catch. */
const cipherOptions: CipherGCMOptions & { encoding: string } = {
  authTagLength: tagLength,
  encoding: 'latin1',
};
const nonce = new Uint8Array(12);

/** Room that a record of `length` bytes of content takes: header, content type and tag with it. */
export function sealedLength(length: number): number {
  return headerLength + length + 1 + tagLength;
}

/** One direction's record protection under one traffic key (RFC 8446, section 5.2). */
export class RecordProtection {
  /** Records under this key so far: the sequence number of the next one. */
  sequence = 0;
  private readonly suite: CipherSuite;
  private readonly key: Uint8Array;
  private readonly iv: Uint8Array;
  private short: AesGcm | null = null;
  private keyText: string | null = null;

  constructor(suite: CipherSuite, keys: { key: Uint8Array; iv: Uint8Array }) {
    this.suite = suite;
    this.key = keys.key;
    this.iv = keys.iv;
  }

  /** Writes one whole record at `out[at]`, which has `sealedLength(content.length)` bytes of room; returns the position behind it. */
  seal(out: Uint8Array, at: number, type: number, content: Uint8Array): number {
    const length = content.length + 1;
    const start = at + headerLength;
    out[at] = 23;
    out[at + 1] = 3;
    out[at + 2] = 3;
    out[at + 3] = (length + tagLength) >>> 8;
    out[at + 4] = length + tagLength;
    out.set(content, start);
    out[start + content.length] = type;
    this.nextNonce();
    const header = out.subarray(at, start);
    if (length <= shortRecord && this.suite.aead !== 'chacha20-poly1305') {
      this.shortCipher().seal(nonce, header, out, start, length);
    } else {
      const cipher = createCipheriv(
        this.suite.aead as 'aes-128-gcm',
        this.runtimeKey(),
        nonce,
        cipherOptions,
      );
      cipher.setAAD(header);
      out.set(cipher.update(out.subarray(start, start + length)), start);
      cipher.final();
      out.set(cipher.getAuthTag(), start + length);
    }
    return start + length + tagLength;
  }

  /**
   * TLSInnerPlaintext of one whole record, or null where the tag is wrong. The header as it came is the additional data, so that no
   * byte of it can be changed on the way.
   */
  open(record: Uint8Array): Uint8Array | null {
    const length = record.length - headerLength - tagLength;
    if (length < 0) return null;
    this.nextNonce();
    const header = record.subarray(0, headerLength);
    if (length <= shortRecord && this.suite.aead !== 'chacha20-poly1305') {
      const plaintext = Buffer.allocUnsafe(length);
      return this.shortCipher().open(nonce, header, record, headerLength, length, plaintext)
        ? plaintext
        : null;
    }
    const decipher = createDecipheriv(
      this.suite.aead as 'aes-128-gcm',
      this.runtimeKey(),
      nonce,
      cipherOptions,
    );
    decipher.setAAD(header);
    decipher.setAuthTag(record.subarray(headerLength + length));
    const plaintext = decipher.update(record.subarray(headerLength, headerLength + length));
    try {
      decipher.final();
    } catch {
      // The runtime says "wrong tag" by throwing; the caller answers it with bad_record_mac.
      return null;
    }
    return plaintext;
  }

  /** iv XOR sequence number, 64 bits (section 5.3). */
  private nextNonce(): void {
    nonce.set(this.iv);
    let rest = this.sequence++;
    for (let i = 11; rest > 0; i--) {
      nonce[i] = (nonce[i] as number) ^ (rest % 256);
      rest = Math.floor(rest / 256);
    }
  }

  private shortCipher(): AesGcm {
    this.short ??= new AesGcm(this.key);
    return this.short;
  }

  private runtimeKey(): string {
    this.keyText ??= Buffer.from(this.key.buffer, this.key.byteOffset, this.key.length).toString('latin1');
    return this.keyText;
  }
}
