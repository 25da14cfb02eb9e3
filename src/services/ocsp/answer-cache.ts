import { hash } from 'node:crypto';
import { encodeReply, type HttpReply, httpDate, matchesEtag } from '../http/reply.ts';

/** A response that has been signed, and the octets that it last went out as. */
export class SignedAnswer {
  /** Status of the certificate. */
  readonly kind: string;
  readonly der: Uint8Array;
  readonly serial: string;
  readonly etag: string;
  readonly #lastModified: string;
  readonly #expires: string;
  readonly #nextUpdateMs: number;
  /** When it is to be signed anew: in the middle of its life, so that nobody gets one that is about to end. */
  readonly renewAtMs: number;
  #second = -1;
  #encoded: Record<'GET' | 'POST', Buffer[] | null> = { GET: null, POST: null };

  constructor(options: {
    kind: string;
    der: Uint8Array;
    serial: string;
    thisUpdateMs: number;
    nextUpdateMs: number;
  }) {
    const { kind, der, serial, thisUpdateMs, nextUpdateMs } = options;
    this.kind = kind;
    this.der = der;
    this.serial = serial;
    this.etag = `"${hash('sha256', der, 'hex').slice(0, 40)}"`;
    this.#lastModified = httpDate(thisUpdateMs);
    this.#expires = httpDate(nextUpdateMs);
    this.#nextUpdateMs = nextUpdateMs;
    this.renewAtMs = (thisUpdateMs + nextUpdateMs) / 2;
  }

  /** The whole HTTP answer on a connection that stays open; the same octets to everybody within a second. */
  octets(method: 'GET' | 'POST', nowMs: number): readonly Buffer[] {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#encoded = { GET: null, POST: null };
    }
    this.#encoded[method] ??= encodeReply(this.reply(method, nowMs), { close: false });
    return this.#encoded[method];
  }

  /** With the fields of RFC 5019 6.2 for a cache to go by, where it is asked by GET. */
  reply(method: 'GET' | 'POST', nowMs: number): HttpReply {
    return ocspReply(this.der, method === 'GET' ? this.#cacheFields(nowMs) : []);
  }

  /** 304 where the client has this very answer. */
  notModified(ifNoneMatch: string | undefined, nowMs: number): HttpReply | null {
    if (!matchesEtag(ifNoneMatch, this.etag)) return null;
    return { status: 304, headers: this.#cacheFields(nowMs), body: new Uint8Array(0) };
  }

  #cacheFields(nowMs: number): [string, string][] {
    const maxAge = Math.max(0, Math.floor((this.#nextUpdateMs - nowMs) / 1000));
    return [
      ['Last-Modified', this.#lastModified],
      ['Expires', this.#expires],
      ['ETag', this.etag],
      ['Cache-Control', `max-age=${maxAge}, public, no-transform, must-revalidate`],
    ];
  }
}

export const ocspReply = (der: Uint8Array, headers: HttpReply['headers'] = []): HttpReply => ({
  status: 200,
  headers: [['Content-Type', 'application/ocsp-response'], ...headers],
  body: der,
});

/** What is remembered at least, however short the index: whoever asks for made-up serial numbers must not fill the memory. */
const leastRemembered = 100_000;

/** Signed answers by CertID, and by the request as it came. */
export class AnswerCache {
  readonly #most: number;
  readonly #byCertId = new Map<string, SignedAnswer>();
  readonly #byRequest = new Map<string, SignedAnswer>();

  constructor(indexed: number) {
    this.#most = Math.max(leastRemembered, 2 * indexed);
  }

  asked(request: string, nowMs: number): SignedAnswer | undefined {
    const answer = this.#byRequest.get(request);
    return answer !== undefined && nowMs < answer.renewAtMs ? answer : undefined;
  }

  about(certId: string, nowMs: number): SignedAnswer | undefined {
    const answer = this.#byCertId.get(certId);
    return answer !== undefined && nowMs < answer.renewAtMs ? answer : undefined;
  }

  keep(certId: string, answer: SignedAnswer): void {
    if (this.#byCertId.size >= this.#most) this.#byCertId.clear();
    this.#byCertId.set(certId, answer);
  }

  keepRequest(request: string, answer: SignedAnswer): void {
    if (this.#byRequest.size >= this.#most) this.#byRequest.clear();
    this.#byRequest.set(request, answer);
  }

  /** The status of these certificates is another now. */
  forget(serials: ReadonlySet<string>): void {
    for (const answers of [this.#byCertId, this.#byRequest])
      for (const [key, { serial }] of answers) if (serials.has(serial)) answers.delete(key);
  }
}
