import { bitString, context, contextPrimitive, generalizedTime, octetString, sequence, tlv } from '../der.ts';
import { encodeExtension, ocspOids } from './extension.ts';
import type { OcspSigner } from './signer.ts';

/** certStatus of RFC 6960 4.2.1. */
export type CertStatus =
  | { kind: 'good' }
  | {
      kind: 'revoked';
      revocationTime: Date;
      /** CRLReason (RFC 5280 5.3.1). */
      reason?: number;
    }
  | { kind: 'unknown' };

/** OCSPResponseStatus by name (RFC 6960 4.2.1); 4 is not used. */
export const responseStatuses = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;

export type ResponseStatus = keyof typeof responseStatuses;
export type ErrorStatus = Exclude<ResponseStatus, 'successful'>;

/** SingleResponse before it is encoded. */
export type SingleDraft = {
  /** CertID, DER: as it was asked. */
  certId: Uint8Array;
  status: CertStatus;
  thisUpdate: Date;
  nextUpdate?: Date;
};

/** ResponseData before it is encoded; whole seconds count. */
export type OcspDraft = {
  producedAt: Date;
  responses: readonly SingleDraft[];
  /** Value of the request's nonce extension. */
  nonceValue?: Uint8Array;
};

const good = contextPrimitive(0, new Uint8Array(0));
const unknown = contextPrimitive(2, new Uint8Array(0));
const enumerated = (value: number): Uint8Array => tlv(0x0a, Uint8Array.of(value));

function certStatus(status: CertStatus): Uint8Array {
  if (status.kind !== 'revoked') return status.kind === 'good' ? good : unknown;
  const reason = status.reason === undefined ? [] : [context(0, enumerated(status.reason))];
  return context(1, generalizedTime(status.revocationTime), ...reason);
}

const single = ({ certId, status, thisUpdate, nextUpdate }: SingleDraft): Uint8Array =>
  sequence(
    certId,
    certStatus(status),
    generalizedTime(thisUpdate),
    ...(nextUpdate ? [context(0, generalizedTime(nextUpdate))] : []),
  );

/**
 * A successful OCSPResponse (RFC 6960 4.2.1), signed. `spoil` changes the signature after it was made, for whoever tests what a client does
 * about it.
 *
 * @example
 * const der = signOcspResponse(
 *   { producedAt: now, responses: [{ certId: request.certIds[0].der, status: { kind: 'good' }, thisUpdate: now }] },
 *   ocspSigner({ certificate, key, issuer }),
 * );
 */
export function signOcspResponse(
  draft: OcspDraft,
  signer: OcspSigner,
  spoil: (signature: Uint8Array) => Uint8Array = (signature) => signature,
): Uint8Array {
  const { nonceValue } = draft;
  const tbs = sequence(
    signer.responderId,
    generalizedTime(draft.producedAt),
    sequence(...draft.responses.map(single)),
    ...(nonceValue ? [context(1, sequence(encodeExtension(ocspOids.nonce, nonceValue)))] : []),
  );
  const basic = sequence(
    tbs,
    signer.signatureAlgorithm,
    bitString(spoil(signer.sign(tbs))),
    ...(signer.certificates.length > 0 ? [context(0, sequence(...signer.certificates))] : []),
  );
  return sequence(enumerated(0), context(0, sequence(ocspOids.basicResponse, octetString(basic))));
}

/** An OCSPResponse that says why there is no answer; nobody signs it (RFC 6960 4.2.1). */
export const ocspErrorResponse = (status: ErrorStatus): Uint8Array =>
  sequence(enumerated(responseStatuses[status]));
