import { tags } from '../../pki/der.ts';
import { DerCursor, readGeneralizedTime } from '../../pki/ocsp/der-cursor.ts';
import { OcspError } from '../../pki/ocsp/ocsp-error.ts';
import { ServiceError } from '../service-error.ts';

/** A CertificateList (RFC 5280 5.1), taken apart as far as whoever publishes it must know it. */
export type CrlDocument = {
  der: Buffer;
  tbs: Uint8Array;
  /** AlgorithmIdentifier, DER. */
  signatureAlgorithm: Uint8Array;
  signature: Uint8Array;
  /** Name, DER. */
  issuer: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date | null;
  /** Contents of revokedCertificates. */
  entries: Uint8Array;
  /** Each Extension as a whole, with its object identifier in hexadecimal. */
  extensions: { oid: string; der: Uint8Array; value: Uint8Array }[];
};

const extensionNames = {
  crlNumber: '551d14',
  deltaCrlIndicator: '551d1b',
  issuingDistributionPoint: '551d1c',
} as const;

/** Throws ServiceError with `place`. */
export function readCrl(der: Buffer, place: string): CrlDocument {
  try {
    return readCertificateList(der);
  } catch (error) {
    if (!(error instanceof OcspError)) throw error;
    throw new ServiceError('ERR_SERVICE_CRL', `${place} holds no CRL that can be read (${error.message})`, {
      cause: error,
    });
  }
}

function readCertificateList(der: Buffer): CrlDocument {
  const outer = DerCursor.over(der, tags.sequence, 'CertificateList');
  const tbs = outer.next(tags.sequence, 'tbsCertList');
  const signatureAlgorithm = outer.whole(outer.next(tags.sequence, 'signatureAlgorithm'));
  const signature = outer.contents(outer.next(tags.bitString, 'signatureValue')).subarray(1);
  outer.end();
  const fields = outer.inside(tbs, 'tbsCertList');
  fields.optional(tags.integer, 'version');
  fields.next(tags.sequence, 'signature');
  const issuer = fields.whole(fields.next(tags.sequence, 'issuer'));
  const thisUpdate = readTime(fields, 'thisUpdate');
  const nextUpdate =
    fields.tag === tags.utcTime || fields.tag === tags.generalizedTime
      ? readTime(fields, 'nextUpdate')
      : null;
  const list = fields.optional(tags.sequence, 'revokedCertificates');
  const entries = list === null ? new Uint8Array(0) : fields.contents(list);
  const extensions = readExtensions(fields.enterOptional(0xa0, 'crlExtensions'));
  fields.end();
  return {
    der,
    tbs: outer.whole(tbs),
    signatureAlgorithm,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    entries,
    extensions,
  };
}

/** UTCTime through 2049 (RFC 5280 5.1.2.4). */
function readTime(fields: DerCursor, what: string): Date {
  if (fields.tag === tags.generalizedTime) return readGeneralizedTime(fields, what);
  const text = Buffer.from(fields.contents(fields.next(tags.utcTime, what))).toString('latin1');
  const [, year = '', rest = ''] = /^(\d\d)(\d{10})Z$/.exec(text) ?? [];
  const [month, day, hour, minute, second] = rest.match(/\d\d/g) ?? [];
  const date = new Date(
    `${Number(year) >= 50 ? 19 : 20}${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  if (Number.isNaN(date.getTime())) throw new OcspError('malformed', `${what}: "${text}" is no UTCTime`);
  return date;
}

function readExtensions(explicit: DerCursor | null): CrlDocument['extensions'] {
  const list = explicit?.enter(tags.sequence, 'crlExtensions');
  const found: CrlDocument['extensions'] = [];
  while (list !== undefined && !list.atEnd) {
    const whole = list.next(tags.sequence, 'Extension');
    const fields = list.inside(whole, 'Extension');
    const oid = Buffer.from(fields.contents(fields.next(tags.oid, 'extnID'))).toString('hex');
    fields.optional(tags.boolean, 'critical');
    found.push({
      oid,
      der: list.whole(whole),
      value: fields.contents(fields.next(tags.octetString, 'extnValue')),
    });
  }
  return found;
}

const extensionOf = (crl: CrlDocument, name: keyof typeof extensionNames) =>
  crl.extensions.find(({ oid }) => oid === extensionNames[name]);

export const isDelta = (crl: CrlDocument): boolean => extensionOf(crl, 'deltaCrlIndicator') !== undefined;

/** crlNumber (RFC 5280 5.2.3), null where there is none. */
export function crlNumberOf(crl: CrlDocument): bigint | null {
  const value = extensionOf(crl, 'crlNumber')?.value;
  return value === undefined || value.length < 3
    ? null
    : BigInt(`0x${Buffer.from(value.subarray(2)).toString('hex')}`);
}

/** Path of the first URI in the issuing distribution point (RFC 5280 5.2.5), null where there is none. */
export function distributionPathOf(crl: CrlDocument): string | null {
  const value = extensionOf(crl, 'issuingDistributionPoint')?.value;
  const uri = /[a-z]+:\/\/[\x21-\x7e]+/.exec(Buffer.from(value ?? []).toString('latin1'))?.[0];
  if (uri === undefined || !URL.canParse(uri)) return null;
  const { pathname } = new URL(uri);
  return pathname === '/' ? null : pathname;
}

export const isCrlNumber = ({ oid }: { oid: string }): boolean => oid === extensionNames.crlNumber;
