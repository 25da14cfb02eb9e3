import { createCipheriv, hash } from 'node:crypto';

/** Length of serial numbers where a spec says nothing else, in octets; RFC 5280 4.1.2.2 allows 1 to 20. */
export const serialOctets = 16;

/** Up to this length serial numbers are counted, in scattered order; longer ones are drawn and never meet by chance. */
export const countedOctets = 6;

type Kind = 'held' | 'padding';

/** How many different serial numbers of this length there are, where they are few; else Infinity. */
export function serialCapacity(octets: number, kind: Kind): number {
  if (octets > countedOctets) return Number.POSITIVE_INFINITY;
  return 2 ** (8 * (octets - 1)) * (kind === 'held' ? 64 : 32);
}

/**
 * Serial numbers `from` … `from + count - 1` of a stream, `octets` each, one after the other. Number i of a stream is the AES-128
 * encryption of i under a key drawn from the seed and the stream's name: any range can be had without the ones before it, whatever the
 * thread, and a million cost a few milliseconds. Those of up to 6 octets are the image of i under a permutation, the same one for all
 * streams, so that no two are equal where `from` counts over the whole corpus.
 *
 * The two classes differ in bit 6 of the first octet, so a `padding` serial is never one that somebody holds. Bit 7 is clear
 * (RFC 5280 4.1.2.2: positive) and the first octet is not zero (so the length never varies).
 */
export function serialNumbers(
  seed: number,
  stream: string,
  from: number,
  count: number,
  kind: Kind = 'held',
  octets = serialOctets,
): Uint8Array {
  if (octets <= countedOctets) return countedSerials(seed, from, count, kind, octets);
  const key = hash('sha256', `certstorm/serial/${seed}/${kind}/${stream}`, 'buffer').subarray(0, 16);
  const blocks = octets > 16 ? 2 : 1;
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(from * blocks), 8);
  const drawn = createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(count * 16 * blocks));
  const serials = octets === 16 ? drawn : cut(drawn, 16 * blocks, octets);
  for (let at = 0; at < serials.length; at += octets) {
    const low = (serials[at] ?? 0) & 0x3f;
    serials[at] = kind === 'held' ? 0x40 | low : low || 0x01;
  }
  return serials;
}

function cut(drawn: Buffer, stride: number, octets: number): Buffer {
  const out = Buffer.allocUnsafe((drawn.length / stride) * octets);
  for (let from = 0, to = 0; from < drawn.length; from += stride, to += octets)
    drawn.copy(out, to, from, from + octets);
  return out;
}

/** i ↦ a·i + b modulo a power of two, a odd: every number once. */
function countedSerials(seed: number, from: number, count: number, kind: Kind, octets: number): Buffer {
  const digest = hash('sha256', `certstorm/serial/${seed}/${kind}/${octets}`, 'buffer');
  const size = BigInt(serialCapacity(octets, kind));
  const factor = digest.readBigUInt64BE(0) | 1n;
  const offset = digest.readBigUInt64BE(8);
  const out = Buffer.alloc(count * octets);
  for (let i = 0; i < count; i += 1) {
    // The sum's first octet is 0x40 to 0x7f for `held` (64 · 256^n and up), 0x20 to 0x3f for `padding`.
    const value = size + ((factor * BigInt(from + i) + offset) % size);
    for (let at = octets - 1, rest = value; at >= 0; at -= 1, rest >>= 8n)
      out[i * octets + at] = Number(rest & 0xffn);
  }
  return out;
}

export type SerialOptions = {
  octets?: number | undefined;
  /** Identities of the corpus before this cohort: what short serial numbers are counted from. */
  before?: number | undefined;
};

/** The serial numbers of a cohort's identities, in their order. */
export function cohortSerialNumbers(
  seed: number,
  cohort: string,
  from: number,
  count: number,
  { octets = serialOctets, before = 0 }: SerialOptions = {},
): Uint8Array[] {
  const start = octets <= countedOctets ? before + from : from;
  const all = serialNumbers(seed, `cohort/${cohort}`, start, count, 'held', octets);
  return Array.from({ length: count }, (_, i) => all.subarray(i * octets, (i + 1) * octets));
}
