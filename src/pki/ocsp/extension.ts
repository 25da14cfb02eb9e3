import { boolean, octetString, oid, sequence, tags } from '../der.ts';
import { type DerCursor, sameBytes } from './der-cursor.ts';
import { OcspError } from './ocsp-error.ts';

/** Object identifiers of RFC 6960 4.2.1, 4.2.2.2 and 4.4, as DER. */
export const ocspOids = {
  basicResponse: oid('1.3.6.1.5.5.7.48.1.1'),
  nonce: oid('1.3.6.1.5.5.7.48.1.2'),
  noCheck: oid('1.3.6.1.5.5.7.48.1.5'),
} as const;

/** Purpose of a delegated responder's certificate (RFC 6960 4.2.2.2). */
export const ocspSigningPurpose = '1.3.6.1.5.5.7.3.9';

export type OcspExtension = { oid: Uint8Array; critical: boolean; value: Uint8Array };

export const encodeExtension = (extensionOid: Uint8Array, value: Uint8Array, critical = false): Uint8Array =>
  critical
    ? sequence(extensionOid, boolean(true), octetString(value))
    : sequence(extensionOid, octetString(value));

/** Extensions in an EXPLICIT tag whose inside `explicit` is; none where it is null. Throws OcspError `malformed`. */
export function readExtensions(explicit: DerCursor | null, what: string): OcspExtension[] {
  if (explicit === null) return [];
  const list = explicit.enter(tags.sequence, what);
  explicit.end();
  const found: OcspExtension[] = [];
  while (!list.atEnd) {
    const fields = list.enter(tags.sequence, what);
    const extensionOid = fields.whole(fields.next(tags.oid, 'extnID'));
    const flag = fields.optional(tags.boolean, 'critical');
    const value = fields.contents(fields.next(tags.octetString, 'extnValue'));
    fields.end();
    if (found.some((other) => sameBytes(other.oid, extensionOid)))
      throw new OcspError('malformed', `${what}: an extension is there twice`);
    found.push({ oid: extensionOid, critical: flag !== null && fields.contents(flag)[0] !== 0, value });
  }
  return found;
}

/** Value of the nonce extension, or null. */
export const nonceAmong = (extensions: readonly OcspExtension[]): Uint8Array | null =>
  extensions.find((each) => sameBytes(each.oid, ocspOids.nonce))?.value ?? null;

/** Whether one of them is critical and none that this code understands. */
export const hasUnknownCritical = (extensions: readonly OcspExtension[]): boolean =>
  extensions.some(({ oid: dotted, critical }) => critical && !sameBytes(dotted, ocspOids.nonce));
