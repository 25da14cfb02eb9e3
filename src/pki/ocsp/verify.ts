import { hash, type KeyObject, X509Certificate } from 'node:crypto';
import { certificateFields, publicKeyBits } from '../der-reader.ts';
import { type CertId, type CertIdHash, type CertIdIssuer, certIdIssuerOf, issuerHashes } from './cert-id.ts';
import { sameBytes } from './der-cursor.ts';
import { hasUnknownCritical, ocspOids, ocspSigningPurpose } from './extension.ts';
import { nonceValue } from './nonce.ts';
import { OcspError } from './ocsp-error.ts';
import { type BasicResponse, readOcspResponse, type SingleResponse } from './read-response.ts';
import type { CertStatus } from './response.ts';
import { schemeOf } from './signature-schemes.ts';

/** Why a response proves nothing, one word a check. */
export type OcspRefusalCause =
  /** It can't be read (RFC 6960 4.2.1). */
  | 'malformed'
  /** The responder says that it has no answer: tryLater and the like. */
  | 'responder-error'
  | 'unsupported-response-type'
  /** The responder named is neither the CA nor one whose certificate came along. */
  | 'responder-unknown'
  /** RFC 6960 4.2.2.2: the CA itself must have issued the responder's certificate. */
  | 'responder-not-issued-by-ca'
  | 'responder-not-for-ocsp-signing'
  | 'responder-certificate-expired'
  | 'unsupported-signature-algorithm'
  | 'bad-signature'
  | 'unknown-critical-extension'
  | 'nonce-missing'
  | 'nonce-mismatch'
  /** It is about other certificates (RFC 6960 3.2, 1). */
  | 'cert-id-mismatch'
  /** thisUpdate lies ahead. */
  | 'not-yet-valid'
  /** nextUpdate has passed. */
  | 'expired'
  /** There is no nextUpdate, and thisUpdate lies further back than is allowed. */
  | 'too-old';

export type OcspVerdict =
  | {
      valid: true;
      status: CertStatus;
      producedAt: Date;
      thisUpdate: Date;
      nextUpdate: Date | null;
      responder: 'issuer' | 'delegated';
      /** Whether the delegated responder's own certificate would have to be checked: it lacks id-pkix-ocsp-nocheck. */
      responderNeedsCheck: boolean;
    }
  | { valid: false; cause: OcspRefusalCause; detail: string };

export type OcspQuestion = {
  /** Contents octets of the INTEGER, as `certificateFields` gives them. */
  serialNumber: Uint8Array;
  /** The nonce sent, 1 to 128 octets. A response that has another is refused. */
  nonce?: Uint8Array;
  /** Also refuse a response without a nonce. Default false: pre-signed responses have none (RFC 5019 4). */
  requireNonce?: boolean;
  /** Milliseconds since 1970; default now. */
  nowMs?: number;
  /** How far clocks may differ; default five minutes, as openssl allows. */
  clockSkewMs?: number;
  /** How old a response without nextUpdate may be; default 24 hours. */
  maxAgeMs?: number;
};

type Responder = { key: KeyObject; delegated: boolean; fromMs: number; toMs: number; needsCheck: boolean };

/** A refusal on its way out of the checks. */
class Refusal extends Error {
  readonly refusal: OcspRefusalCause;

  constructor(refusal: OcspRefusalCause, detail: string) {
    super(detail);
    this.refusal = refusal;
  }
}

const dayMs = 24 * 60 * 60 * 1000;
const fiveMinutesMs = 5 * 60 * 1000;
/** Responders of one CA are few; a stranger's certificates must not fill the memory. */
const rememberedResponders = 16;

/**
 * Verifies the responses about the certificates of one CA (RFC 6960 3.2 and 4.2.2.2). A responder's certificate that has been found good
 * is remembered by its octets, so that each further response costs one signature. The constructor throws OcspError `bad-signer` for a CA
 * certificate that can't be read; `verify` never throws.
 */
export class OcspVerifier {
  readonly #certificate: X509Certificate;
  readonly #issuer: CertIdIssuer;
  readonly #keyHash: Uint8Array;
  readonly #hashes = new Map<CertIdHash, [Buffer, Buffer]>();
  readonly #delegated = new Map<string, Responder>();

  /** `issuer`: the CA's certificate, DER. */
  constructor(issuer: Uint8Array) {
    this.#issuer = certIdIssuerOf(issuer);
    this.#keyHash = hash('sha1', this.#issuer.publicKeyBits, 'buffer');
    try {
      this.#certificate = new X509Certificate(issuer);
    } catch (error) {
      throw new OcspError('bad-signer', "the CA's certificate can't be read", { cause: error });
    }
  }

  verify(response: Uint8Array, question: OcspQuestion): OcspVerdict {
    try {
      return this.#verify(response, question);
    } catch (error) {
      if (error instanceof Refusal) return { valid: false, cause: error.refusal, detail: error.message };
      if (error instanceof OcspError) return { valid: false, cause: 'malformed', detail: error.message };
      throw error;
    }
  }

  #verify(der: Uint8Array, question: OcspQuestion): OcspVerdict {
    const { nowMs = Date.now(), clockSkewMs = fiveMinutesMs } = question;
    const response = readOcspResponse(der);
    if (response.status !== 'successful')
      throw new Refusal('responder-error', `the responder says ${response.status}`);
    if (response.basic === null)
      throw new Refusal('unsupported-response-type', 'the response is not of type id-pkix-ocsp-basic');
    const { basic } = response;
    const responder = this.#responderOf(basic);
    if (nowMs + clockSkewMs < responder.fromMs || nowMs - clockSkewMs > responder.toMs)
      throw new Refusal('responder-certificate-expired', "the responder's certificate is not valid now");
    verifySignature(basic, responder.key);
    if (hasUnknownCritical(basic.extensions))
      throw new Refusal(
        'unknown-critical-extension',
        'the response has a critical extension that is not known',
      );
    checkNonce(basic, question);
    const single = basic.responses.find(({ certId }) => this.#isAbout(certId, question.serialNumber));
    if (single === undefined)
      throw new Refusal('cert-id-mismatch', 'the response is not about the certificate that was asked for');
    if (hasUnknownCritical(single.extensions))
      throw new Refusal(
        'unknown-critical-extension',
        'the answer has a critical extension that is not known',
      );
    checkTimes(single, nowMs, clockSkewMs, question.maxAgeMs ?? dayMs);
    const { status, thisUpdate, nextUpdate } = single;
    return {
      valid: true,
      status,
      producedAt: basic.producedAt,
      thisUpdate,
      nextUpdate,
      responder: responder.delegated ? 'delegated' : 'issuer',
      responderNeedsCheck: responder.needsCheck,
    };
  }

  /** By whichever digest the response has chosen; the serial number octet for octet. */
  #isAbout(certId: CertId, serialNumber: Uint8Array): boolean {
    if (certId.hash === null || !sameBytes(certId.serialNumber, serialNumber)) return false;
    let hashes = this.#hashes.get(certId.hash);
    if (hashes === undefined) {
      hashes = issuerHashes(this.#issuer, certId.hash);
      this.#hashes.set(certId.hash, hashes);
    }
    return sameBytes(certId.issuerNameHash, hashes[0]) && sameBytes(certId.issuerKeyHash, hashes[1]);
  }

  #responderOf({ responderId, certificates }: BasicResponse): Responder {
    const isNamed = (subject: Uint8Array, keyHash: Uint8Array): boolean =>
      'name' in responderId ? sameBytes(responderId.name, subject) : sameBytes(responderId.keyHash, keyHash);
    // A delegated responder may carry the CA's name: its certificate, where one came along, decides.
    for (const der of certificates) {
      const subject = certificateFields(der)?.subject;
      if (subject === undefined || !isNamed(subject, hash('sha1', publicKeyBits(der), 'buffer'))) continue;
      if (sameBytes(der, this.#certificate.raw)) return this.#itself();
      return this.#delegatedResponder(der);
    }
    if (isNamed(this.#issuer.name, this.#keyHash)) return this.#itself();
    throw new Refusal(
      'responder-unknown',
      'the responder is neither the CA nor one whose certificate came along',
    );
  }

  #itself(): Responder {
    return {
      ...validityOf(this.#certificate),
      key: this.#certificate.publicKey,
      delegated: false,
      needsCheck: false,
    };
  }

  #delegatedResponder(der: Uint8Array): Responder {
    const address = hash('sha256', der, 'base64');
    const known = this.#delegated.get(address);
    if (known !== undefined) return known;
    const certificate = readDelegated(der);
    if (!certificate.checkIssued(this.#certificate) || !certificate.verify(this.#certificate.publicKey))
      throw new Refusal('responder-not-issued-by-ca', "the responder's certificate was not issued by the CA");
    if (!(certificate.keyUsage ?? []).includes(ocspSigningPurpose))
      throw new Refusal(
        'responder-not-for-ocsp-signing',
        "the responder's certificate is not for OCSP signing",
      );
    const needsCheck = !Buffer.from(der).includes(Buffer.from(ocspOids.noCheck));
    const responder = { ...validityOf(certificate), key: certificate.publicKey, delegated: true, needsCheck };
    if (this.#delegated.size >= rememberedResponders) this.#delegated.clear();
    this.#delegated.set(address, responder);
    return responder;
  }
}

/** One response about one certificate of `issuer` (DER); see `OcspVerifier`, which is cheaper for many. */
export const verifyOcspResponse = (
  response: Uint8Array,
  question: OcspQuestion & { issuer: Uint8Array },
): OcspVerdict => new OcspVerifier(question.issuer).verify(response, question);

function readDelegated(der: Uint8Array): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    // Loads the key: OpenSSL puts that off until it is asked for.
    void certificate.publicKey;
    return certificate;
  } catch {
    throw new Refusal('malformed', "certs: the responder's certificate can't be read");
  }
}

const validityOf = ({ validFromDate, validToDate }: X509Certificate) => ({
  fromMs: validFromDate.getTime(),
  toMs: validToDate.getTime(),
});

function verifySignature({ tbs, signature, signatureAlgorithm }: BasicResponse, key: KeyObject): void {
  const scheme = schemeOf(signatureAlgorithm);
  if (scheme === undefined)
    throw new Refusal(
      'unsupported-signature-algorithm',
      'the response is signed by an algorithm that is not known',
    );
  if (!scheme.verify(tbs, key, signature))
    throw new Refusal('bad-signature', "the response's signature is not the responder's");
}

/** RFC 9654: what comes back is what was sent, octet for octet. */
function checkNonce(basic: BasicResponse, { nonce, requireNonce = false }: OcspQuestion): void {
  if (nonce === undefined) return;
  if (basic.nonceValue === null) {
    if (requireNonce) throw new Refusal('nonce-missing', 'the response has no nonce, and one is required');
  } else if (!sameBytes(basic.nonceValue, nonceValue(nonce))) {
    throw new Refusal('nonce-mismatch', 'the response has another nonce than the one sent');
  }
}

/** RFC 6960 3.2, 5 and 6, and 4.2.2.1. */
function checkTimes(single: SingleResponse, nowMs: number, clockSkewMs: number, maxAgeMs: number): void {
  const thisMs = single.thisUpdate.getTime();
  if (thisMs > nowMs + clockSkewMs)
    throw new Refusal('not-yet-valid', `thisUpdate is ${single.thisUpdate.toISOString()}, which lies ahead`);
  if (single.nextUpdate === null) {
    if (thisMs < nowMs - clockSkewMs - maxAgeMs)
      throw new Refusal(
        'too-old',
        `thisUpdate is ${single.thisUpdate.toISOString()}, and there is no nextUpdate`,
      );
  } else if (single.nextUpdate.getTime() < nowMs - clockSkewMs) {
    throw new Refusal('expired', `nextUpdate was ${single.nextUpdate.toISOString()}`);
  }
}
