/**
 * AES-GCM (FIPS 197, NIST SP 800-38D) in plain JavaScript for short records: a record of under ~150 bytes costs a quarter of a call into
 * the runtime. NOT constant-time, by its tables: it is for throw-away test keys of a load generator and must protect nothing real.
 */

const T0 = new Int32Array(256);
const T1 = new Int32Array(256);
const T2 = new Int32Array(256);
const T3 = new Int32Array(256);
const S = new Uint8Array(256);
{
  let p = 1;
  let q = 1;
  do {
    p = (p ^ (p << 1) ^ (p & 0x80 ? 0x11b : 0)) & 0xff;
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    const rotated =
      q ^ ((q << 1) | (q >> 7)) ^ ((q << 2) | (q >> 6)) ^ ((q << 3) | (q >> 5)) ^ ((q << 4) | (q >> 4));
    S[p] = (rotated ^ 0x63) & 0xff;
  } while (p !== 1);
  S[0] = 0x63;
  for (let i = 0; i < 256; i++) {
    const s = S[i] as number;
    const s2 = ((s << 1) ^ (s & 0x80 ? 0x11b : 0)) & 0xff;
    const word = (s2 << 24) | (s << 16) | (s << 8) | (s2 ^ s);
    T0[i] = word;
    T1[i] = (word >>> 8) | (word << 24);
    T2[i] = (word >>> 16) | (word << 16);
    T3[i] = (word >>> 24) | (word << 8);
  }
}

/** Reduction of the four bits that fall out when GHASH's accumulator is shifted (Shoup's tables). */
const reduce = new Int32Array(16);
for (let i = 0; i < 16; i++) {
  let r = 0;
  for (let bit = 0; bit < 4; bit++) if (i & (1 << bit)) r ^= 0xe1000000 >>> (3 - bit);
  reduce[i] = r;
}

const zeros: number[] = Array.from({ length: 64 }, () => 0);
const out = new Int32Array(4);
const hash = new Int32Array(4);

export class AesGcm {
  // Plain arrays: a typed array of more than 64 bytes lies outside V8's heap and takes a microsecond to make.
  private readonly roundKeys: number[];
  private readonly rounds: number;
  /** Multiples of H by the 16 nibbles, four words each. */
  private readonly table: number[] = zeros.slice();

  /** @param key 16 or 32 bytes */
  constructor(key: Uint8Array) {
    const words = key.length / 4;
    this.rounds = words + 6;
    const count = 4 * (this.rounds + 1);
    const w = zeros.slice(0, count);
    this.roundKeys = w;
    for (let i = 0; i < words; i++) w[i] = read(key, i * 4);
    let rcon = 1;
    for (let i = words; i < count; i++) {
      let t = w[i - 1] as number;
      if (i % words === 0) {
        t = substituted((t << 8) | (t >>> 24)) ^ (rcon << 24);
        rcon = (rcon << 1) ^ (rcon & 0x80 ? 0x11b : 0);
      } else if (words > 6 && i % words === 4) t = substituted(t);
      w[i] = (w[i - words] as number) ^ t;
    }
    this.encrypt(0, 0, 0, 0);
    const m = this.table;
    let a = out[0] as number;
    let b = out[1] as number;
    let c = out[2] as number;
    let d = out[3] as number;
    for (let i = 8; i > 0; i >>= 1) {
      m[i * 4] = a;
      m[i * 4 + 1] = b;
      m[i * 4 + 2] = c;
      m[i * 4 + 3] = d;
      const low = d & 1;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ (low ? 0xe1000000 : 0);
    }
    for (let i = 2; i < 16; i <<= 1)
      for (let j = 1; j < i; j++)
        for (let k = 0; k < 4; k++) m[(i + j) * 4 + k] = (m[i * 4 + k] as number) ^ (m[j * 4 + k] as number);
  }

  /** Encrypts `bytes[at..at+length]` in place and writes the 16-byte tag behind it. */
  seal(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, at: number, length: number): void {
    this.crypt(nonce, bytes, at, length, bytes, at);
    this.tag(nonce, aad, bytes, at, length);
    for (let word = 0; word < 4; word++) write(bytes, at + length + word * 4, hash[word] as number);
  }

  /** Decrypts `bytes[at..at+length]`, behind which the tag lies, into `into`; false (and nothing written) where the tag is wrong. */
  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    bytes: Uint8Array,
    at: number,
    length: number,
    into: Uint8Array,
  ): boolean {
    this.tag(nonce, aad, bytes, at, length);
    let difference = 0;
    for (let i = 0; i < 4; i++) difference |= (hash[i] as number) ^ read(bytes, at + length + i * 4);
    if (difference !== 0) return false;
    this.crypt(nonce, bytes, at, length, into, 0);
    return true;
  }

  private crypt(
    nonce: Uint8Array,
    from: Uint8Array,
    at: number,
    length: number,
    into: Uint8Array,
    to: number,
  ) {
    const n0 = read(nonce, 0);
    const n1 = read(nonce, 4);
    const n2 = read(nonce, 8);
    for (let done = 0, counter = 2; done < length; done += 16, counter++) {
      this.encrypt(n0, n1, n2, counter);
      const p = at + done;
      const q = to + done;
      if (length - done >= 16) {
        for (let word = 0; word < 4; word++)
          write(into, q + word * 4, read(from, p + word * 4) ^ (out[word] as number));
      } else {
        for (let i = 0; done + i < length; i++)
          into[q + i] = (from[p + i] as number) ^ ((out[i >> 2] as number) >>> (24 - (i & 3) * 8));
      }
    }
  }

  /** The tag over aad and ciphertext, left in `hash`. */
  private tag(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, at: number, length: number): void {
    hash.fill(0);
    this.absorb(aad, 0, aad.length);
    this.absorb(bytes, at, length);
    hash[1] = (hash[1] as number) ^ (aad.length * 8);
    hash[3] = (hash[3] as number) ^ (length * 8);
    this.multiply();
    this.encrypt(read(nonce, 0), read(nonce, 4), read(nonce, 8), 1);
    for (let i = 0; i < 4; i++) hash[i] = (hash[i] as number) ^ (out[i] as number);
  }

  private absorb(bytes: Uint8Array, at: number, length: number): void {
    let done = 0;
    for (; length - done >= 16; done += 16) {
      const p = at + done;
      hash[0] = (hash[0] as number) ^ read(bytes, p);
      hash[1] = (hash[1] as number) ^ read(bytes, p + 4);
      hash[2] = (hash[2] as number) ^ read(bytes, p + 8);
      hash[3] = (hash[3] as number) ^ read(bytes, p + 12);
      this.multiply();
    }
    if (done === length) return;
    for (let i = 0; done + i < length; i++) {
      const word = i >> 2;
      hash[word] = (hash[word] as number) ^ ((bytes[at + done + i] as number) << (24 - (i & 3) * 8));
    }
    this.multiply();
  }

  /** hash = hash · H */
  private multiply(): void {
    const m = this.table;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let word = 3; word >= 0; word--) {
      const x = hash[word] as number;
      for (let shift = 0; shift < 32; shift += 4) {
        const fallen = reduce[d & 15] as number;
        d = (d >>> 4) | (c << 28);
        c = (c >>> 4) | (b << 28);
        b = (b >>> 4) | (a << 28);
        a = (a >>> 4) ^ fallen;
        const at = ((x >>> shift) & 15) << 2;
        a ^= m[at] as number;
        b ^= m[at + 1] as number;
        c ^= m[at + 2] as number;
        d ^= m[at + 3] as number;
      }
    }
    hash[0] = a;
    hash[1] = b;
    hash[2] = c;
    hash[3] = d;
  }

  /** One block of AES into `out`. */
  private encrypt(i0: number, i1: number, i2: number, i3: number): void {
    const k = this.roundKeys;
    let a = i0 ^ (k[0] as number);
    let b = i1 ^ (k[1] as number);
    let c = i2 ^ (k[2] as number);
    let d = i3 ^ (k[3] as number);
    let p = 4;
    for (let round = 1; round < this.rounds; round++, p += 4) {
      const e = mixed(a, b, c, d) ^ (k[p] as number);
      const f = mixed(b, c, d, a) ^ (k[p + 1] as number);
      const g = mixed(c, d, a, b) ^ (k[p + 2] as number);
      d = mixed(d, a, b, c) ^ (k[p + 3] as number);
      a = e;
      b = f;
      c = g;
    }
    out[0] = last(a, b, c, d) ^ (k[p] as number);
    out[1] = last(b, c, d, a) ^ (k[p + 1] as number);
    out[2] = last(c, d, a, b) ^ (k[p + 2] as number);
    out[3] = last(d, a, b, c) ^ (k[p + 3] as number);
  }
}

function mixed(a: number, b: number, c: number, d: number): number {
  return (
    (T0[a >>> 24] as number) ^
    (T1[(b >>> 16) & 255] as number) ^
    (T2[(c >>> 8) & 255] as number) ^
    (T3[d & 255] as number)
  );
}

function last(a: number, b: number, c: number, d: number): number {
  return (
    ((S[a >>> 24] as number) << 24) |
    ((S[(b >>> 16) & 255] as number) << 16) |
    ((S[(c >>> 8) & 255] as number) << 8) |
    (S[d & 255] as number)
  );
}

function substituted(t: number): number {
  return last(t, t, t, t);
}

function read(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function write(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
