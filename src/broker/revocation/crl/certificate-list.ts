import { createPublicKey } from 'node:crypto';
import { tags } from '../../../pki/der.ts';
import { children, publicKeyInfo, readTlv, type Tlv } from '../../../pki/der-reader.ts';
import { DerCursor, readGeneralizedTime } from '../../../pki/ocsp/der-cursor.ts';
import { OcspError } from '../../../pki/ocsp/ocsp-error.ts';
import { schemeOf } from '../../../pki/ocsp/signature-schemes.ts';
import { fullNames, latin1, type PeerCertificate } from '../peer-certificate.ts';
import { CrlTrouble } from './trouble.ts';

/** Whose certificates a CRL is about (RFC 5280 5.2.5). `names`: GeneralNames in DER as latin1 texts; null for all. */
export type CrlScope = { names: readonly string[] | null; only: 'users' | 'cas' | null };

/** A CertificateList (RFC 5280 5.1) but for its entries, of which only the place is known. */
export type CertificateList = {
  der: Uint8Array;
  /** Name, DER as a latin1 text. */
  issuer: string;
  thisUpdateMs: number;
  nextUpdateMs: number | null;
  /** Place of the contents of revokedCertificates in `der`; null where there are none. */
  entries: { from: number; to: number } | null;
  crlNumber: bigint | null;
  /** Number of the base CRL that a delta CRL changes. */
  baseCrlNumber: bigint | null;
  scope: CrlScope;
  /** What a newer list must have in common with it to take its place. */
  scopeKey: string;
};

const oids = {
  crlNumber: '\x55\x1d\x14',
  deltaCrlIndicator: '\x55\x1d\x1b',
  issuingDistributionPoint: '\x55\x1d\x1c',
} as const;

/** Throws CrlTrouble. */
export function readCertificateList(der: Uint8Array): CertificateList {
  try {
    return read(der);
  } catch (error) {
    if (!(error instanceof OcspError)) throw error;
    throw new CrlTrouble('crl-unreadable', `it is no CRL that can be read (${error.message})`, {
      cause: error,
    });
  }
}

function read(der: Uint8Array): CertificateList {
  const outer = DerCursor.over(der, tags.sequence, 'CertificateList');
  const fields = outer.enter(tags.sequence, 'tbsCertList');
  outer.next(tags.sequence, 'signatureAlgorithm');
  outer.next(tags.bitString, 'signatureValue');
  outer.end();
  fields.optional(tags.integer, 'version');
  fields.next(tags.sequence, 'signature');
  const issuer = latin1(fields.whole(fields.next(tags.sequence, 'issuer')));
  const thisUpdateMs = readTime(fields, 'thisUpdate');
  const isTime = fields.tag === tags.utcTime || fields.tag === tags.generalizedTime;
  const nextUpdateMs = isTime ? readTime(fields, 'nextUpdate') : null;
  const list = fields.optional(tags.sequence, 'revokedCertificates');
  const extensions = readExtensions(fields.enterOptional(0xa0, 'crlExtensions'));
  fields.end();
  const point = extensions.get(oids.issuingDistributionPoint);
  const base = extensions.get(oids.deltaCrlIndicator);
  return {
    der,
    issuer,
    thisUpdateMs,
    nextUpdateMs,
    entries: list && { from: list.contents, to: list.end },
    crlNumber: readNumber(extensions.get(oids.crlNumber)),
    baseCrlNumber: readNumber(base),
    scope: point === undefined ? { names: null, only: null } : readScope(point),
    scopeKey: `${base === undefined ? '' : 'delta '}${latin1(point ?? new Uint8Array(0))}`,
  };
}

/**
 * Whether a CA has signed the list: null, or what is wrong. Hashes all of it: 30 ms for a million entries, so never on the thread that
 * serves.
 */
export function signatureTrouble(list: CertificateList, issuer: PeerCertificate): CrlTrouble | null {
  if (!issuer.maySignCrls)
    return new CrlTrouble('crl-issuer-may-not-sign', "its issuer's key usage does not have cRLSign");
  const outer = readTlv(list.der, 0);
  const [tbs, algorithm, bits] = outer ? children(list.der, outer) : [];
  if (!tbs || !algorithm || !bits) return new CrlTrouble('crl-unreadable', 'it is no CertificateList');
  const scheme = schemeOf(list.der.subarray(algorithm.start, algorithm.end));
  if (scheme === undefined)
    return new CrlTrouble('crl-unknown-signature-algorithm', 'its signature algorithm is not known');
  const key = createPublicKey({ key: Buffer.from(publicKeyInfo(issuer.der)), format: 'der', type: 'spki' });
  const signature = list.der.subarray(bits.contents + 1, bits.end);
  return scheme.verify(list.der.subarray(tbs.start, tbs.end), key, signature)
    ? null
    : new CrlTrouble('crl-bad-signature', "its signature is not the issuer's");
}

/** UTCTime through 2049 (RFC 5280 5.1.2.4). */
function readTime(fields: DerCursor, what: string): number {
  if (fields.tag === tags.generalizedTime) return readGeneralizedTime(fields, what).getTime();
  const text = latin1(fields.contents(fields.next(tags.utcTime, what)));
  const [, year = '', month, day, hour, minute, second] =
    /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = Date.parse(
    `${Number(year) >= 50 ? 19 : 20}${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  if (Number.isNaN(time)) throw new OcspError('malformed', `${what}: "${text}" is no UTCTime`);
  return time;
}

/** By object identifier. A critical one that is not known makes the list useless (RFC 5280 5.2). */
function readExtensions(explicit: DerCursor | null): Map<string, Uint8Array> {
  const known = new Set<string>(Object.values(oids));
  const found = new Map<string, Uint8Array>();
  const list = explicit?.enter(tags.sequence, 'crlExtensions');
  while (list !== undefined && !list.atEnd) {
    const fields = list.enter(tags.sequence, 'Extension');
    const oid = latin1(fields.contents(fields.next(tags.oid, 'extnID')));
    const flag = fields.optional(tags.boolean, 'critical');
    const critical = flag !== null && fields.contents(flag)[0] !== 0;
    if (critical && !known.has(oid))
      throw new CrlTrouble(
        'crl-unknown-critical-extension',
        'it has a critical extension that is not known (RFC 5280 5.2)',
      );
    found.set(oid, fields.contents(fields.next(tags.octetString, 'extnValue')));
  }
  return found;
}

function readNumber(value: Uint8Array | undefined): bigint | null {
  const integer = value && readTlv(value, 0);
  if (!integer || integer.contents === integer.end) return null;
  return BigInt(`0x${Buffer.from(value.subarray(integer.contents, integer.end)).toString('hex')}`);
}

/** IssuingDistributionPoint (RFC 5280 5.2.5). */
function readScope(value: Uint8Array): CrlScope {
  const outer = readTlv(value, 0);
  const fields = outer ? children(value, outer) : [];
  const isTrue = (field: Tlv | undefined) => field !== undefined && value[field.contents] !== 0;
  const field = (number: number) => fields.find(({ tag }) => (tag & 0x1f) === number);
  if (isTrue(field(4)))
    throw new CrlTrouble('crl-indirect', "it is an indirect CRL, which names other CAs' certificates");
  if (field(3) !== undefined || isTrue(field(5)))
    throw new CrlTrouble(
      'crl-only-some-reasons',
      'it is for some reasons or for attribute certificates only',
    );
  const name = field(0);
  const names = name ? fullNames(value, name) : null;
  if (name !== undefined && names === null)
    throw new CrlTrouble('crl-unreadable', "its distribution point's name is relative to the issuer's");
  return { names, only: isTrue(field(1)) ? 'users' : isTrue(field(2)) ? 'cas' : null };
}
