import { ocspErrorResponse } from '../../pki/ocsp/index.ts';
import { FaultSet } from '../faults/fault-set.ts';
import { followFaults, openPort } from '../faults/refusing.ts';
import { deliver, waitOut } from '../faults/strike.ts';
import type { Delivery } from '../http/connection.ts';
import { HttpServer } from '../http/http-server.ts';
import { encodeReply, type HttpReply, textReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { serialKey } from '../serial.ts';
import type { OpenService, RevokeOrder } from '../service.ts';
import { ServiceError } from '../service-error.ts';
import { Tally } from '../tally.ts';
import { ocspReply } from './answer-cache.ts';
import { requestOfPath } from './get-path.ts';
import type { OcspIssuer } from './issuer.ts';
import { reasonNamed } from './reasons.ts';
import { type Outcome, Responder, type SigningMode } from './responder.ts';

export type OcspServiceOptions = {
  host: string;
  port: number;
  issuers: readonly OcspIssuer[];
  signing: SigningMode;
  nonce: 'echo' | 'ignore';
  validityMs: number;
  faults: readonly string[];
};

/** What a request asks, before it is answered. */
type Question = { method: 'GET' | 'POST'; der: Uint8Array; key: string };

/** An OCSP responder over HTTP (RFC 6960 A, RFC 5019). Resolves when the port is open. Throws ServiceError. */
export async function openOcspService(options: OcspServiceOptions): Promise<OpenService> {
  const { issuers, validityMs } = options;
  const tally = new Tally();
  const faults = new FaultSet('ocsp');
  faults.set(options.faults);
  const responder = new Responder({ ...options, onSigned: () => (tally.signatures += 1) });
  const server = new HttpServer(options.host, options.port, handle, tally.trouble);

  function handle(request: HttpRequest): Delivery | Promise<Delivery> {
    tally.request(request.method);
    if (faults.any) return struck(request);
    const nowMs = Date.now();
    // The one path that has to be fast: asked before in the same octets, and answered in the same.
    if (!request.close && (request.method === 'POST' || request.method === 'GET')) {
      const kept = responder.asked(keyOf(request), nowMs);
      if (kept !== undefined && !request.headers.has('if-none-match')) {
        tally.answer(kept.kind);
        return kept.octets(request.method, nowMs);
      }
    }
    return encodeReply(honest(request, nowMs), request);
  }

  function honest(request: HttpRequest, nowMs: number): HttpReply {
    const question = questionOf(request);
    if ('status' in question) return count('bad-request', question);
    const outcome = responder.answer(question.der, question.key, nowMs);
    return replyTo(outcome, question, request, nowMs);
  }

  function replyTo(outcome: Outcome, question: Question, request: HttpRequest, nowMs: number): HttpReply {
    if ('error' in outcome) return count(outcome.error, ocspReply(ocspErrorResponse(outcome.error)));
    if ('kept' in outcome) {
      const same =
        question.method === 'GET' && outcome.kept.notModified(request.headers.get('if-none-match'), nowMs);
      if (same) return count('not-modified', same);
      return count(outcome.kept.kind, outcome.kept.reply(question.method, nowMs));
    }
    for (const kind of outcome.kinds) tally.answer(kind);
    return ocspReply(responder.sign(outcome.draft, outcome.issuer), [['Cache-Control', 'no-store']]);
  }

  /** The slow way, on which an answer may be spoilt at each step. */
  async function struck(request: HttpRequest): Promise<Delivery> {
    const { effects, draw } = faults.next();
    await waitOut(effects, draw);
    const nowMs = Date.now();
    const question = questionOf(request);
    if ('status' in question) return deliver(effects, count('bad-request', question), request);
    const error = effects.find((effect) => effect.ocspError !== undefined)?.ocspError;
    const outcome = responder.answer(question.der, question.key, nowMs);
    const reply = replyTo(outcome, question, request, nowMs);
    if (error !== undefined) return deliver(effects, ocspReply(ocspErrorResponse(error)), request);
    const changed = effects.some((effect) => effect.ocsp !== undefined || effect.signature !== undefined);
    const made =
      'error' in outcome ? null : 'draft' in outcome ? outcome : responder.draftOf(question.der, nowMs);
    if (!changed || made === null) return deliver(effects, reply, request);
    const draft = effects.reduce((spoilt, effect) => effect.ocsp?.(spoilt) ?? spoilt, made.draft);
    const spoil = effects.find((effect) => effect.signature !== undefined)?.signature;
    const der = responder.sign(draft, made.issuer, spoil);
    return deliver(effects, ocspReply(der, [['Cache-Control', 'no-store']]), request);
  }

  function count(answer: string, reply: HttpReply): HttpReply {
    tally.answer(answer);
    return reply;
  }

  function revoke({ serials, reason, atMs, issuer }: RevokeOrder): void {
    const [only] = issuers;
    const meant = issuer === undefined && issuers.length === 1 ? only : issuers[issuer ?? -1];
    if (meant === undefined)
      throw new ServiceError(
        'ERR_SERVICE_ISSUER',
        `say which issuer is meant, 0 to ${issuers.length - 1}: ${issuers.map(({ name }) => name).join('; ')}`,
      );
    const keys = new Set(serials.map(serialKey));
    const code = reason === undefined ? undefined : reasonNamed(reason);
    const revocationTime = new Date(atMs ?? Date.now());
    for (const key of keys) {
      meant.index.set(key, { kind: 'revoked', revocationTime, ...(code !== undefined && { reason: code }) });
    }
    responder.forget(keys);
  }

  async function setFaults(written: readonly string[]): Promise<void> {
    faults.set(written);
    await followFaults(server, faults);
  }

  await openPort(server, faults);
  return {
    host: server.host,
    port: server.port,
    about: issuers
      .map(({ name, index }) => `${name}: ${index.size} certificates`)
      .concat(`valid for ${validityMs / 1000} s`),
    snapshot: () => tally.snapshot('ocsp', server, faults),
    revoke,
    setFaults,
    close: () => server.close(),
  };
}

/** A path may be a base64 text too, so the method is part of what answers are found by. */
const keyOf = ({ method, target, body }: HttpRequest): string =>
  method === 'GET' ? `GET ${target}` : body.toString('latin1');

function questionOf(request: HttpRequest): Question | HttpReply {
  const { method, target, body } = request;
  if (method === 'POST') return { method, der: body, key: keyOf(request) };
  if (method !== 'GET') return textReply(405, 'ask by GET or POST (RFC 6960 A.1)', [['Allow', 'GET, POST']]);
  if (target === '/')
    return textReply(200, 'This is the OCSP responder of certstorm: ask by GET or POST (RFC 6960 A.1).');
  const der = requestOfPath(target);
  if (der === null) return textReply(400, 'the path holds no OCSP request in base64 (RFC 6960 A.1)');
  return { method, der, key: keyOf(request) };
}
