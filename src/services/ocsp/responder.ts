import { unsignedInteger } from '../../pki/der.ts';
import {
  type CertId,
  type CertIdHash,
  certIdIssuerOf,
  makeCertId,
  type OcspDraft,
  OcspError,
  type OcspRequest,
  readOcspRequest,
  type SingleDraft,
  signOcspResponse,
} from '../../pki/ocsp/index.ts';
import { serialKeyOf } from '../serial.ts';
import { AnswerCache, SignedAnswer } from './answer-cache.ts';
import type { OcspIssuer } from './issuer.ts';

export type SigningMode = 'pre-signed' | 'ahead' | 'on-request';

export type ResponderOptions = {
  issuers: readonly OcspIssuer[];
  signing: SigningMode;
  /** Whether a nonce is repeated, for which the answer has to be signed on request (RFC 9654), or passed over (RFC 5019 4). */
  nonce: 'echo' | 'ignore';
  /** From thisUpdate to nextUpdate, milliseconds. */
  validityMs: number;
  onSigned(): void;
};

/** What a request comes to: an answer for everybody, one to be signed for this request, or an error that nobody signs. */
export type Outcome =
  | { kept: SignedAnswer }
  | { draft: OcspDraft; issuer: OcspIssuer; kinds: string[] }
  | { error: 'malformedRequest' | 'unauthorized' };

/** Answers requests; knows no HTTP. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #cache: AnswerCache;

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options.issuers.reduce((sum, { index }) => sum + index.size, 0));
    if (options.signing === 'ahead') this.#signAhead('sha1');
  }

  /** The answer to a request that has come before in these very octets. */
  asked(request: string, nowMs: number): SignedAnswer | undefined {
    return this.#cache.asked(request, nowMs);
  }

  /** `key` are the octets as they came, from which `asked` finds the answer again. */
  answer(der: Uint8Array, key: string, nowMs: number): Outcome {
    let request: OcspRequest;
    try {
      request = readOcspRequest(der);
    } catch (error) {
      if (error instanceof OcspError) return { error: 'malformedRequest' };
      throw error;
    }
    // RFC 5019 2.2.3: unauthorized is also the answer of who can't speak for the issuer. One responder signs for one issuer.
    const [first, ...others] = request.certIds;
    const issuer = first && this.#options.issuers.find((each) => each.isIssuerOf(first));
    if (first === undefined || issuer === undefined || !others.every((each) => issuer.isIssuerOf(each)))
      return { error: 'unauthorized' };
    const nonce = this.#options.nonce === 'echo' ? request.nonceValue : null;
    if (nonce === null && others.length === 0 && this.#options.signing !== 'on-request') {
      const kept = this.#kept(issuer, first, nowMs);
      this.#cache.keepRequest(key, kept);
      return { kept };
    }
    const responses = request.certIds.map((certId) => this.#single(issuer, certId, nowMs));
    const draft: OcspDraft = {
      producedAt: new Date(nowMs),
      responses,
      ...(nonce !== null && { nonceValue: nonce }),
    };
    return { draft, issuer, kinds: responses.map(({ status }) => status.kind) };
  }

  /** An answer to be signed now, whatever is kept. */
  sign(draft: OcspDraft, issuer: OcspIssuer, spoil?: (signature: Uint8Array) => Uint8Array): Uint8Array {
    this.#options.onSigned();
    return signOcspResponse(draft, issuer.signer, spoil);
  }

  /** The draft of an answer that is kept. */
  draftOf(der: Uint8Array, nowMs: number): { draft: OcspDraft; issuer: OcspIssuer } | null {
    const [certId] = readOcspRequest(der).certIds;
    const issuer = certId && this.#options.issuers.find((each) => each.isIssuerOf(certId));
    if (certId === undefined || issuer === undefined) return null;
    return {
      draft: { producedAt: new Date(nowMs), responses: [this.#single(issuer, certId, nowMs)] },
      issuer,
    };
  }

  forget(serials: ReadonlySet<string>): void {
    this.#cache.forget(serials);
  }

  #single(issuer: OcspIssuer, certId: CertId, nowMs: number): SingleDraft {
    return {
      certId: certId.der,
      status: issuer.index.get(serialKeyOf(certId.serialNumber)) ?? { kind: 'unknown' },
      thisUpdate: new Date(nowMs),
      nextUpdate: new Date(nowMs + this.#options.validityMs),
    };
  }

  #kept(issuer: OcspIssuer, certId: CertId, nowMs: number): SignedAnswer {
    const address = Buffer.from(certId.der).toString('latin1');
    const known = this.#cache.about(address, nowMs);
    if (known !== undefined) return known;
    const single = this.#single(issuer, certId, nowMs);
    const answer = new SignedAnswer({
      kind: single.status.kind,
      der: this.sign({ producedAt: new Date(nowMs), responses: [single] }, issuer),
      serial: serialKeyOf(certId.serialNumber),
      thisUpdateMs: nowMs,
      nextUpdateMs: nowMs + this.#options.validityMs,
    });
    this.#cache.keep(address, answer);
    return answer;
  }

  /** Everything in the index, by the digest that clients use. */
  #signAhead(digest: CertIdHash): void {
    const nowMs = Date.now();
    for (const issuer of this.#options.issuers) {
      const hashed = certIdIssuerOf(issuer.certificate);
      for (const serial of issuer.index.keys()) {
        const octets = unsignedInteger(
          Buffer.from(serial.padStart(serial.length + (serial.length % 2), '0'), 'hex'),
        );
        this.#kept(issuer, makeCertId(hashed, octets.subarray(2), digest), nowMs);
      }
    }
  }
}
