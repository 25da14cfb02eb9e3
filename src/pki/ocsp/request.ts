import { context, sequence, tags } from '../der.ts';
import { type CertId, readCertId } from './cert-id.ts';
import { DerCursor, expectVersion1 } from './der-cursor.ts';
import { encodeExtension, hasUnknownCritical, nonceAmong, ocspOids, readExtensions } from './extension.ts';
import { longestNonceOctets, nonceLength, nonceValue } from './nonce.ts';
import { OcspError } from './ocsp-error.ts';

/** An OCSPRequest (RFC 6960 4.1.1) as a responder needs it. */
export type OcspRequest = {
  certIds: CertId[];
  /** Value of the nonce extension, to be repeated octet for octet; null where there is none. */
  nonceValue: Uint8Array | null;
  /** Whether it carries a signature; nothing here checks it. */
  signed: boolean;
};

/**
 * Takes an OCSPRequest apart. Throws OcspError `malformed` also for a nonce that is empty or longer than 128 octets (RFC 9654 2.1), a
 * critical extension that is not known, and a request for nothing.
 */
export function readOcspRequest(der: Uint8Array): OcspRequest {
  const outer = DerCursor.over(der, tags.sequence, 'OCSPRequest');
  const tbs = outer.enter(tags.sequence, 'tbsRequest');
  const signed = outer.optional(0xa0, 'optionalSignature') !== null;
  outer.end();
  expectVersion1(tbs.enterOptional(0xa0, 'version'));
  tbs.optional(0xa1, 'requestorName');
  const list = tbs.enter(tags.sequence, 'requestList');
  const extensions = readExtensions(tbs.enterOptional(0xa2, 'requestExtensions'), 'requestExtensions');
  tbs.end();
  const certIds: CertId[] = [];
  while (!list.atEnd) {
    const request = list.enter(tags.sequence, 'Request');
    certIds.push(readCertId(request));
    const single = readExtensions(
      request.enterOptional(0xa0, 'singleRequestExtensions'),
      'singleRequestExtensions',
    );
    request.end();
    if (hasUnknownCritical(single))
      throw new OcspError('malformed', 'singleRequestExtensions: a critical extension is not known');
  }
  if (certIds.length === 0) throw new OcspError('malformed', 'requestList: it asks for nothing');
  if (hasUnknownCritical(extensions))
    throw new OcspError('malformed', 'requestExtensions: a critical extension is not known');
  const nonce = nonceAmong(extensions);
  if (nonce !== null && (nonceLength(nonce) === 0 || nonceLength(nonce) > longestNonceOctets))
    throw new OcspError('malformed', `nonce: its length is ${nonceLength(nonce)}, it must be 1 to 128`);
  return { certIds, nonceValue: nonce, signed };
}

/** An OCSPRequest without a signature; `nonce` of 1 to 128 octets (32 are recommended). */
export function encodeOcspRequest(certIds: readonly CertId[], nonce?: Uint8Array): Uint8Array {
  const list = sequence(...certIds.map(({ der }) => sequence(der)));
  if (nonce === undefined) return sequence(sequence(list));
  return sequence(sequence(list, context(2, sequence(encodeExtension(ocspOids.nonce, nonceValue(nonce))))));
}
