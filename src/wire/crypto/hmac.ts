import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { sha256Block, sha256Initial } from './sha256.ts';

/** An HMAC key (RFC 2104) whose two padded blocks are hashed once, for the many short messages of a key schedule. */
export type HmacKey = { mac(message: Uint8Array): Uint8Array };

const block = new Uint8Array(64);
const state = new Int32Array(8);

/** Appends the padding and length of a message of `length` bytes, whose tail is in `block` from 0 to `used`, and mixes it in. */
function finishSha256(used: number, length: number): void {
  block[used] = 0x80;
  block.fill(0, used + 1);
  if (used >= 56) {
    sha256Block(state, block, 0);
    block.fill(0);
  }
  const bits = length * 8;
  block[60] = bits >>> 24;
  block[61] = bits >>> 16;
  block[62] = bits >>> 8;
  block[63] = bits;
  sha256Block(state, block, 0);
}

function writeState(into: Uint8Array): void {
  for (let i = 0, p = 0; i < 8; i++, p += 4) {
    const word = state[i] as number;
    into[p] = word >>> 24;
    into[p + 1] = word >>> 16;
    into[p + 2] = word >>> 8;
    into[p + 3] = word;
  }
}

function padded(key: Uint8Array, pad: number): Int32Array {
  for (let i = 0; i < 64; i++) block[i] = (i < key.length ? (key[i] as number) : 0) ^ pad;
  const hashed = sha256Initial();
  sha256Block(hashed, block, 0);
  return hashed;
}

/** HMAC-SHA-256 in JavaScript; `key` is at most 64 bytes, which every secret of TLS is. */
export class Sha256HmacKey implements HmacKey {
  private readonly inner: Int32Array;
  private readonly outer: Int32Array;

  constructor(key: Uint8Array) {
    this.inner = padded(key, 0x36);
    this.outer = padded(key, 0x5c);
  }

  mac(message: Uint8Array): Uint8Array {
    state.set(this.inner);
    let at = 0;
    for (; message.length - at >= 64; at += 64) sha256Block(state, message, at);
    const used = message.length - at;
    for (let i = 0; i < used; i++) block[i] = message[at + i] as number;
    finishSha256(used, 64 + message.length);
    writeState(block);
    state.set(this.outer);
    finishSha256(32, 96);
    const out = new Uint8Array(32);
    writeState(out);
    return out;
  }
}

/** HMAC by the runtime, for SHA-384. A KeyObject, since a Buffer as a key costs ~10 µs a call. */
export class RuntimeHmacKey implements HmacKey {
  private readonly algorithm: string;
  private readonly key: KeyObject;

  constructor(algorithm: string, key: Uint8Array) {
    this.algorithm = algorithm;
    this.key = createSecretKey(key);
  }

  mac(message: Uint8Array): Uint8Array {
    return createHmac(this.algorithm, this.key).update(message).digest();
  }
}
