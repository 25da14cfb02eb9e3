import { readTlv, type Tlv } from '../../../pki/der-reader.ts';
import { latin1 } from '../peer-certificate.ts';
import type { CertificateList } from './certificate-list.ts';
import { SerialSet } from './serial-set.ts';
import { CrlTrouble } from './trouble.ts';

/** The serial numbers of a list; `removed` of a delta CRL that takes an entry of its base back (RFC 5280 5.2.4, removeFromCRL). */
export type ListedSerials = { revoked: SerialSet; removed: SerialSet | null };

const integerTag = 0x02;
const sequenceTag = 0x30;
const reasonOid = '\x55\x1d\x15';
const removeFromCrl = 8;
/** reasonCode, invalidityDate; a certificateIssuer belongs to an indirect CRL alone. */
const knownEntryExtensions = new Set([reasonOid, '\x55\x1d\x18']);

/**
 * Reads revokedCertificates (RFC 5280 5.1.2.6) into a set. Twice over the octets, first to know how much room it takes: a million entries
 * in a third of a second. Throws CrlTrouble.
 */
export function readEntries({ der, entries, baseCrlNumber }: CertificateList): ListedSerials {
  let [numbers, octets] = [0, 0];
  walk(der, entries, (from, to) => {
    numbers += 1;
    octets += to - from;
  });
  const revoked = SerialSet.withRoom(numbers, octets);
  const removed = baseCrlNumber === null ? null : SerialSet.withRoom(numbers, octets);
  walk(der, entries, (from, to, extensions, end) => {
    const isRemoved = extensions < end && reasonOf(der, extensions, end) === removeFromCrl;
    if (!isRemoved) revoked.add(der, from, to);
    else removed?.add(der, from, to);
  });
  return { revoked, removed };
}

/** `from`, `to`: the serial number's octets in their shortest form; `extensions` to `end`: what follows the date. */
type Visit = (from: number, to: number, extensions: number, end: number) => void;

function walk(der: Uint8Array, entries: CertificateList['entries'], visit: Visit): void {
  if (entries === null) return;
  for (let at = entries.from; at < entries.to; ) {
    // Nearly all entries are shorter than 128 octets: without an object for each.
    const short = der[at] === sequenceTag && (der[at + 1] ?? 0xff) < 0x80;
    const long: Tlv | null = short ? null : readTlv(der, at, entries.to);
    const contents: number = short ? at + 2 : (long?.contents ?? 0);
    const end: number = short ? contents + (der[at + 1] ?? 0) : (long?.end ?? 0);
    const length = der[contents + 1] ?? 0;
    const date = contents + 2 + length;
    const extensions = date + 2 + (der[date + 1] ?? 0);
    if (
      (long !== null && long.tag !== sequenceTag) ||
      end === 0 ||
      end > entries.to ||
      der[contents] !== integerTag ||
      length === 0 ||
      length >= 0x80 ||
      (der[date] !== 0x17 && der[date] !== 0x18) ||
      extensions > end
    )
      throw new CrlTrouble('crl-unreadable', `its entry at octet ${at} can't be read`);
    let from = contents + 2;
    while (from < date - 1 && isPadding(der[from], der[from + 1])) from += 1;
    visit(from, date, extensions, end);
    at = end;
  }
}

/** As `shortestInteger` has it. */
const isPadding = (first = 0, second = 0): boolean =>
  (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);

/** The reason code, or null. A critical extension that is not known makes the list useless (RFC 5280 5.3). */
function reasonOf(der: Uint8Array, from: number, to: number): number | null {
  const list = readTlv(der, from, to);
  let reason: number | null = null;
  for (let at = list?.contents ?? to; at < (list?.end ?? to); ) {
    const extension = readTlv(der, at, to);
    const oid = extension && readTlv(der, extension.contents, extension.end);
    const next = oid && readTlv(der, oid.end, extension.end);
    if (!next) throw new CrlTrouble('crl-unreadable', `its entry extension at octet ${at} can't be read`);
    const name = latin1(der.subarray(oid.contents, oid.end));
    const critical = next.tag === 0x01 && der[next.contents] !== 0;
    if (critical && !knownEntryExtensions.has(name))
      throw new CrlTrouble(
        'crl-unknown-critical-extension',
        'an entry has a critical extension that is not known (RFC 5280 5.3)',
      );
    const value = next.tag === 0x01 ? readTlv(der, next.end, extension.end) : next;
    if (name === reasonOid && value) reason = der[value.contents + 2] ?? null;
    at = extension.end;
  }
  return reason;
}
