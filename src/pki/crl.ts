import type { Algorithm } from './algorithms/algorithm.ts';
import { certificate, type Issuer, importKey } from './authority.ts';
import { header, integer, sequence, tags, time, unsignedInteger } from './der.ts';
import { authorityKeyIdentifier, crlNumber, extensions } from './extensions.ts';
import { serialNumbers, serialOctets } from './serial.ts';
import { validity } from './validity.ts';

export type CrlOrder = {
  seed: number;
  algorithm: Algorithm;
  issuer: Issuer;
  /** Serial numbers of the revoked, unsigned big-endian. */
  revoked: readonly Uint8Array[];
  /** Entries in total; never fewer than there are revoked. The rest are serial numbers that no one holds. */
  entries: number;
};

/** A CertificateList (RFC 5280 5.1), DER. The entries are written as bytes: a million take 35 MB and a fraction of a second. */
export function makeCrl(order: CrlOrder): { der: Uint8Array; entries: number } {
  const { algorithm, issuer, revoked } = order;
  const padding = Math.max(0, order.entries - revoked.length);
  const date = time(validity.revocationDate);
  const held = Buffer.concat(revoked.map((serial) => sequence(unsignedInteger(serial), date)));
  const padded = paddingEntries(order.seed, padding, date);
  const entries = revoked.length + padding;
  const tbs = sequence(
    integer(1), // version v2, 5.1.2.1
    algorithm.signatureAlgorithm,
    issuer.name,
    time(validity.crl.thisUpdate),
    time(validity.crl.nextUpdate),
    // revokedCertificates MUST be absent when there are none (5.1.2.6).
    ...(entries > 0 ? [header(tags.sequence, held.length + padded.length), held, padded] : []),
    extensions(0, [authorityKeyIdentifier(issuer.keyId), crlNumber(1)]),
  );
  const signature = algorithm.sign(tbs, importKey(issuer.pkcs8));
  return { der: certificate(tbs, algorithm.signatureAlgorithm, signature), entries };
}

/** All padding entries are equally long: one is encoded, copied, and each copy given its own serial number. */
function paddingEntries(seed: number, count: number, date: Uint8Array): Uint8Array {
  const entry = sequence(unsignedInteger(new Uint8Array(serialOctets).fill(0x01)), date);
  const serialAt = entry.length - date.length - serialOctets;
  const serials = serialNumbers(seed, 'crl', 0, count, 'padding');
  const out = Buffer.alloc(entry.length * count, entry);
  for (let i = 0; i < count; i += 1) {
    const to = i * entry.length + serialAt;
    const from = i * serialOctets;
    for (let octet = 0; octet < serialOctets; octet += 1) out[to + octet] = serials[from + octet] ?? 0;
  }
  return out;
}
