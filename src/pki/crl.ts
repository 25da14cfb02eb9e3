import type { Algorithm } from './algorithms/algorithm.ts';
import { certificate, type Issuer } from './authority.ts';
import type { CrlDefect } from './crl-defects/crl-defect.ts';
import type { CrlList, Revocation } from './crls/crl-kind.ts';
import { header, integer, sequence, tags, time, unsignedInteger } from './der.ts';
import { authorityKeyIdentifier, crlNumber, extensions, reasonCode } from './extensions.ts';
import { importKey, signatureOf } from './key-source.ts';
import { serialNumbers, serialOctets } from './serial.ts';
import { validity } from './validity.ts';

export type CrlOrder = {
  seed: number;
  /** What the padding is drawn from. */
  stream: string;
  serialOctets?: number;
  algorithm: Algorithm;
  fixed?: boolean;
  issuer: Pick<Issuer, 'name' | 'keyId' | 'pkcs8'>;
  list: CrlList;
  defect: Pick<CrlDefect, 'validity' | 'extension' | 'signature'>;
};

/** A CertificateList (RFC 5280 5.1), DER. The entries are written as bytes: a million take 35 MB and a fraction of a second. */
export function makeCrl(order: CrlOrder): { der: Uint8Array; entries: number } {
  const { algorithm, issuer, list, defect } = order;
  const { thisUpdate, nextUpdate } = defect.validity ?? validity.crl;
  const date = time(validity.revocationDate);
  const held = Buffer.concat(
    list.revoked.map((revocation, i) =>
      entryOf(revocation, date, i === 0 ? list.firstEntryExtensions : undefined),
    ),
  );
  const [first, rest] = splitPadding(order, date, list.revoked.length === 0);
  const entries = list.revoked.length + list.padding;
  const tbs = sequence(
    integer(1), // version v2, 5.1.2.1
    algorithm.signatureAlgorithm,
    issuer.name,
    time(thisUpdate),
    time(nextUpdate),
    // revokedCertificates MUST be absent when there are none (5.1.2.6).
    ...(entries > 0
      ? [header(tags.sequence, held.length + first.length + rest.length), held, first, rest]
      : []),
    extensions(0, [
      authorityKeyIdentifier(issuer.keyId),
      crlNumber(list.crlNumber),
      ...list.extensions,
      ...(defect.extension ? [defect.extension] : []),
    ]),
  );
  const signed = signatureOf(algorithm, order.fixed === true, tbs, importKey(issuer.pkcs8));
  const signature = defect.signature?.(signed) ?? signed;
  return { der: certificate(tbs, algorithm.signatureAlgorithm, signature), entries };
}

function entryOf(
  { serialNumber, reason }: Pick<Revocation, 'serialNumber' | 'reason'>,
  date: Uint8Array,
  more: readonly Uint8Array[] = [],
): Uint8Array {
  const own = [...(reason === undefined ? [] : [reasonCode(reason)]), ...more];
  return sequence(unsignedInteger(serialNumber), date, ...(own.length === 0 ? [] : [sequence(...own)]));
}

/** The padding's entries; where it begins the list and the first entry has extensions, that one stands apart. */
function splitPadding(order: CrlOrder, date: Uint8Array, begins: boolean): [Uint8Array, Uint8Array] {
  const { padding, paddingFrom: from, firstEntryExtensions } = order.list;
  const octets = order.serialOctets ?? serialOctets;
  const serials = serialNumbers(order.seed, order.stream, from, padding, 'padding', octets);
  const apart = begins && padding > 0 && firstEntryExtensions !== undefined;
  const first = apart
    ? entryOf({ serialNumber: serials.subarray(0, octets) }, date, firstEntryExtensions)
    : new Uint8Array(0);
  return [first, paddingEntries(apart ? serials.subarray(octets) : serials, octets, date)];
}

/** All padding entries are equally long: one is encoded, copied, and each copy given its own serial number. */
function paddingEntries(serials: Uint8Array, octets: number, date: Uint8Array): Uint8Array {
  const entry = sequence(unsignedInteger(new Uint8Array(octets).fill(0x01)), date);
  const serialAt = entry.length - date.length - octets;
  const count = serials.length / octets;
  const out = Buffer.alloc(entry.length * count, entry);
  for (let i = 0; i < count; i += 1) {
    const to = i * entry.length + serialAt;
    const from = i * octets;
    for (let octet = 0; octet < octets; octet += 1) out[to + octet] = serials[from + octet] ?? 0;
  }
  return out;
}
