import { Violation } from '../alerts.ts';

/** As much DER (X.690) as it takes to find what node's X509Certificate does not show: path length, key usage, unknown critical extensions. */
export type Tlv = { tag: number; start: number; end: number };

/** @throws Violation bad_certificate */
export function readTlv(bytes: Uint8Array, at: number, end: number): Tlv {
  const tag = bytes[at];
  let length = bytes[at + 1];
  let start = at + 2;
  if (tag === undefined || length === undefined || start > end) throw broken();
  if (length > 0x80) {
    const octets = length & 0x7f;
    if (octets > 4 || start + octets > end) throw broken();
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start + i] as number);
    start += octets;
  } else if (length === 0x80) throw broken();
  if (start + length > end) throw broken();
  return { tag, start, end: start + length };
}

/** The elements of a constructed value, in order. */
export function childrenOf(bytes: Uint8Array, parent: Tlv): Tlv[] {
  const children: Tlv[] = [];
  for (let at = parent.start; at < parent.end; ) {
    const child = readTlv(bytes, at, parent.end);
    children.push(child);
    at = child.end;
  }
  return children;
}

export function hexOf(bytes: Uint8Array, value: Tlv): string {
  return Buffer.from(bytes.subarray(value.start, value.end)).toString('hex');
}

function broken(): Violation {
  return new Violation('bad_certificate', 'the server certificate is not well-formed DER');
}
