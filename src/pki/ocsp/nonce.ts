import { octetString, tags } from '../der.ts';
import { readTlv } from '../der-reader.ts';

/** What a client SHOULD send, and the longest that a responder has to take (RFC 9654 2.1). */
export const nonceOctets = 32;
export const longestNonceOctets = 128;

/** Value of the nonce extension: an OCTET STRING inside the extension's own (RFC 9654 2.1). */
export const nonceValue = (octets: Uint8Array): Uint8Array => octetString(octets);

/** Length of the nonce in the value of an extension; clients from before RFC 6277 leave the inner OCTET STRING out. */
export function nonceLength(value: Uint8Array): number {
  const inner = readTlv(value, 0);
  return inner?.tag === tags.octetString && inner.end === value.length
    ? inner.end - inner.contents
    : value.length;
}
