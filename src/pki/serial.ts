import { createCipheriv, hash } from 'node:crypto';

/** Length of every serial number of the forge, in octets; RFC 5280 4.1.2.2 allows up to 20. */
export const serialOctets = 16;

/**
 * Serial numbers `from` … `from + count - 1` of a stream, 16 octets each, one after the other. Number i of a stream is the AES-128
 * encryption of i under a key drawn from the seed and the stream's name: any range can be had without the ones before it, whatever the
 * thread, and a million cost a few milliseconds.
 *
 * The two classes differ in bit 6 of the first octet, so a `padding` serial is never one that somebody holds. Bit 7 is clear
 * (RFC 5280 4.1.2.2: positive) and the first octet is not zero (so the length never varies).
 */
export function serialNumbers(
  seed: number,
  stream: string,
  from: number,
  count: number,
  kind: 'held' | 'padding' = 'held',
): Uint8Array {
  const key = hash('sha256', `certstorm/serial/${seed}/${kind}/${stream}`, 'buffer').subarray(0, 16);
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(from), 8);
  const serials = createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(count * serialOctets));
  for (let at = 0; at < serials.length; at += serialOctets) {
    const low = (serials[at] ?? 0) & 0x3f;
    serials[at] = kind === 'held' ? 0x40 | low : low || 0x01;
  }
  return serials;
}

/** The serial numbers of a cohort's identities, in their order. */
export function cohortSerialNumbers(seed: number, cohort: string, from: number, count: number): Uint8Array[] {
  const all = serialNumbers(seed, `cohort/${cohort}`, from, count);
  return Array.from({ length: count }, (_, i) => all.subarray(i * serialOctets, (i + 1) * serialOctets));
}
