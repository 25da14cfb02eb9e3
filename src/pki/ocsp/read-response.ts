import { tags } from '../der.ts';
import { type CertId, readCertId } from './cert-id.ts';
import { DerCursor, expectVersion1, readGeneralizedTime, sameBytes } from './der-cursor.ts';
import { nonceAmong, type OcspExtension, ocspOids, readExtensions } from './extension.ts';
import { OcspError } from './ocsp-error.ts';
import { type CertStatus, type ErrorStatus, responseStatuses } from './response.ts';

export type SingleResponse = {
  certId: CertId;
  status: CertStatus;
  thisUpdate: Date;
  nextUpdate: Date | null;
  extensions: OcspExtension[];
};

/** A BasicOCSPResponse (RFC 6960 4.2.1), taken apart; nothing about it is verified yet. */
export type BasicResponse = {
  /** Whom it says that it is from: a Name (DER) or the SHA-1 of a public key. */
  responderId: { name: Uint8Array } | { keyHash: Uint8Array };
  producedAt: Date;
  responses: SingleResponse[];
  extensions: OcspExtension[];
  nonceValue: Uint8Array | null;
  /** What is signed, and by which algorithm (AlgorithmIdentifier, DER). */
  tbs: Uint8Array;
  signatureAlgorithm: Uint8Array;
  signature: Uint8Array;
  /** DER. */
  certificates: Uint8Array[];
};

export type OcspResponse =
  | { status: 'successful'; basic: BasicResponse }
  /** A type of response other than id-pkix-ocsp-basic. */
  | { status: 'successful'; basic: null }
  | { status: ErrorStatus };

/** Takes an OCSPResponse apart. Throws OcspError `malformed`, for octets that follow it too. */
export function readOcspResponse(der: Uint8Array): OcspResponse {
  const outer = DerCursor.over(der, tags.sequence, 'OCSPResponse');
  const value = outer.contents(outer.next(0x0a, 'responseStatus'));
  const [status] =
    Object.entries(responseStatuses).find(([, code]) => value.length === 1 && value[0] === code) ?? [];
  if (status === undefined) throw new OcspError('malformed', 'responseStatus: it is none of RFC 6960');
  const explicit = outer.enterOptional(0xa0, 'responseBytes');
  outer.end();
  if (status !== 'successful') return { status: status as ErrorStatus };
  if (explicit === null) throw new OcspError('malformed', 'responseBytes: successful, and not there');
  const bytes = explicit.enter(tags.sequence, 'responseBytes');
  explicit.end();
  const type = bytes.whole(bytes.next(tags.oid, 'responseType'));
  const response = bytes.contents(bytes.next(tags.octetString, 'response'));
  bytes.end();
  if (!sameBytes(type, ocspOids.basicResponse)) return { status, basic: null };
  return { status, basic: readBasic(response) };
}

function readBasic(der: Uint8Array): BasicResponse {
  const fields = DerCursor.over(der, tags.sequence, 'BasicOCSPResponse');
  const data = fields.next(tags.sequence, 'tbsResponseData');
  const signatureAlgorithm = fields.whole(fields.next(tags.sequence, 'signatureAlgorithm'));
  const bits = fields.contents(fields.next(tags.bitString, 'signature'));
  const certificates = readCertificates(fields.enterOptional(0xa0, 'certs'));
  fields.end();
  if (bits[0] !== 0) throw new OcspError('malformed', 'signature: it is not of whole octets');
  return {
    ...readData(fields.inside(data, 'tbsResponseData')),
    tbs: fields.whole(data),
    signatureAlgorithm,
    signature: bits.subarray(1),
    certificates,
  };
}

function readCertificates(explicit: DerCursor | null): Uint8Array[] {
  if (explicit === null) return [];
  const list = explicit.enter(tags.sequence, 'certs');
  explicit.end();
  const found: Uint8Array[] = [];
  while (!list.atEnd) found.push(list.whole(list.next(tags.sequence, 'certs')));
  return found;
}

type Data = Pick<BasicResponse, 'responderId' | 'producedAt' | 'responses' | 'extensions' | 'nonceValue'>;

function readData(data: DerCursor): Data {
  expectVersion1(data.enterOptional(0xa0, 'version'));
  const responderId = readResponderId(data);
  const producedAt = readGeneralizedTime(data, 'producedAt');
  const list = data.enter(tags.sequence, 'responses');
  const extensions = readExtensions(data.enterOptional(0xa1, 'responseExtensions'), 'responseExtensions');
  data.end();
  const responses: SingleResponse[] = [];
  while (!list.atEnd) responses.push(readSingle(list.enter(tags.sequence, 'SingleResponse')));
  return { responderId, producedAt, responses, extensions, nonceValue: nonceAmong(extensions) };
}

function readResponderId(data: DerCursor): BasicResponse['responderId'] {
  const byName = data.enterOptional(0xa1, 'responderID');
  if (byName !== null) {
    const name = byName.whole(byName.next(tags.sequence, 'responderID'));
    byName.end();
    return { name };
  }
  const byKey = data.enter(0xa2, 'responderID');
  const keyHash = byKey.contents(byKey.next(tags.octetString, 'responderID'));
  byKey.end();
  return { keyHash };
}

function readSingle(fields: DerCursor): SingleResponse {
  const certId = readCertId(fields);
  const status = readStatus(fields);
  const thisUpdate = readGeneralizedTime(fields, 'thisUpdate');
  const next = fields.enterOptional(0xa0, 'nextUpdate');
  const nextUpdate = next && readGeneralizedTime(next, 'nextUpdate');
  next?.end();
  const extensions = readExtensions(fields.enterOptional(0xa1, 'singleExtensions'), 'singleExtensions');
  fields.end();
  return { certId, status, thisUpdate, nextUpdate, extensions };
}

function readStatus(fields: DerCursor): CertStatus {
  if (fields.optional(0x80, 'certStatus') !== null) return { kind: 'good' };
  if (fields.optional(0x82, 'certStatus') !== null) return { kind: 'unknown' };
  const revoked = fields.enter(0xa1, 'certStatus');
  const revocationTime = readGeneralizedTime(revoked, 'revocationTime');
  const explicit = revoked.enterOptional(0xa0, 'revocationReason');
  revoked.end();
  if (explicit === null) return { kind: 'revoked', revocationTime };
  const value = explicit.contents(explicit.next(0x0a, 'revocationReason'));
  explicit.end();
  const [reason] = value;
  if (value.length !== 1 || reason === undefined || reason > 10)
    throw new OcspError('malformed', 'revocationReason: it is none of RFC 5280 5.3.1');
  return { kind: 'revoked', revocationTime, reason };
}
