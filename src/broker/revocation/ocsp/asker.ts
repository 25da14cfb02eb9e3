import { randomBytes } from 'node:crypto';
import { Agent, errors } from 'undici';
import {
  type CertIdIssuer,
  certIdIssuerOf,
  encodeOcspRequest,
  makeCertId,
  nonceOctets,
  OcspError,
  OcspVerifier,
} from '../../../pki/ocsp/index.ts';
import { codeOf } from '../../broker-error.ts';
import type { BrokerSettings } from '../../config.ts';
import type { Link } from '../client-cas.ts';
import type { RevocationFigures } from '../figures.ts';
import type { PeerCertificate } from '../peer-certificate.ts';
import type { OcspTroubleCause } from './trouble.ts';

/** What the responder says of a certificate, until when it may be remembered (milliseconds since 1970); or why it is not known. */
export type OcspAnswer =
  | { status: 'good' | 'revoked' | 'unknown'; untilMs: number | null }
  | { trouble: OcspTroubleCause };

type Settings = BrokerSettings['ocsp'];
type KnownIssuer = { id: CertIdIssuer; verifier: OcspVerifier };

/** A response about one certificate has some hundred octets, and a few thousand with a post-quantum signature. */
const largestResponse = 64 * 1024;
/** Questions that may be on their way at a time; others wait, and their time limit runs. */
const connections = 64;
/** RFC 5019 5: longer ones go by POST. */
const longestGetPath = 255;
/** Clients' CAs are few, and their certificates have verified. */
const rememberedIssuers = 1000;

/** No answer, on its way out. */
class OcspTrouble extends Error {
  readonly trouble: OcspTroubleCause;

  constructor(trouble: OcspTroubleCause, options?: ErrorOptions) {
    super(trouble, options);
    this.trouble = trouble;
  }
}

/** Asks an OCSP responder over HTTP (RFC 6960 A.1), on connections that are kept, and verifies what it answers. */
export class OcspAsker {
  readonly #url: string | null;
  readonly #settings: Settings;
  readonly #figures: RevocationFigures;
  readonly #agent = new Agent({ connections, pipelining: 1, maxResponseSize: largestResponse });
  readonly #issuers = new Map<string, KnownIssuer>();

  /** `url`: null leaves it to the certificate that is asked about (RFC 5280 4.2.2.1). */
  constructor(url: string | null, settings: Settings, figures: RevocationFigures) {
    this.#url = url;
    this.#settings = settings;
    this.#figures = figures;
  }

  /** Never rejects. */
  async ask(link: Link): Promise<OcspAnswer> {
    try {
      return await this.#ask(link);
    } catch (error) {
      const trouble = troubleOf(error);
      this.#figures.trouble(trouble);
      return { trouble };
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask({ certificate, issuer }: Link): Promise<OcspAnswer> {
    const url = this.#url ?? certificate.ocspUrls[0];
    if (url === undefined) throw new OcspTrouble('ocsp-no-url');
    const { id, verifier } = this.#issuer(issuer);
    const nonce = this.#settings.nonce ? randomBytes(nonceOctets) : undefined;
    const request = encodeOcspRequest([makeCertId(id, certificate.serialNumber)], nonce);
    const response = await this.#send(url, Buffer.from(request));
    const { serialNumber } = certificate;
    const verdict = verifier.verify(response, { serialNumber, ...(nonce && { nonce }) });
    if (!verdict.valid) throw new OcspTrouble(`ocsp-${verdict.cause}`);
    return { status: verdict.status.kind, untilMs: verdict.nextUpdate?.getTime() ?? null };
  }

  #issuer(ca: PeerCertificate): KnownIssuer {
    const known = this.#issuers.get(ca.keyedName);
    if (known !== undefined) return known;
    const made = { id: certIdIssuerOf(ca.der), verifier: new OcspVerifier(ca.der) };
    if (this.#issuers.size >= rememberedIssuers) this.#issuers.clear();
    this.#issuers.set(ca.keyedName, made);
    return made;
  }

  async #send(url: string, request: Buffer): Promise<Uint8Array> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new OcspTrouble('ocsp-timeout')), this.#settings.timeoutMs);
    try {
      return await this.#exchange(url, request, abort.signal);
    } catch (error) {
      // The responder has closed a kept connection just when it was used again: once more, on another.
      if (!(error instanceof errors.SocketError) || abort.signal.aborted) throw error;
      return await this.#exchange(url, request, abort.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #exchange(url: string, request: Buffer, signal: AbortSignal): Promise<Uint8Array> {
    this.#figures.add('requests');
    const { origin, pathname, search } = new URL(url);
    const getPath = `${pathname.replace(/\/$/, '')}/${encodeURIComponent(request.toString('base64'))}`;
    const byGet = this.#settings.method === 'GET' && getPath.length <= longestGetPath;
    const headers = { accept: 'application/ocsp-response' };
    const {
      statusCode,
      headers: answered,
      body,
    } = await this.#agent.request({
      origin,
      signal,
      ...(byGet
        ? { method: 'GET', path: getPath, headers }
        : {
            method: 'POST',
            path: pathname + search,
            headers: { ...headers, 'content-type': 'application/ocsp-request' },
            body: request,
          }),
    });
    const octets = await body.bytes();
    this.#figures.add('bytesReceived', octets.length);
    if (statusCode !== 200) throw new OcspTrouble('ocsp-http-status');
    const type = String(answered['content-type'] ?? '').toLowerCase();
    if (!type.startsWith('application/ocsp-response')) throw new OcspTrouble('ocsp-content-type');
    return octets;
  }
}

function troubleOf(error: unknown): OcspTroubleCause {
  if (error instanceof OcspTrouble) return error.trouble;
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'ocsp-too-large';
  if (error instanceof errors.HTTPParserError) return 'ocsp-malformed';
  if (error instanceof OcspError) return 'ocsp-issuer';
  if (error instanceof errors.UndiciError || codeOf(error) !== '') return 'ocsp-unreachable';
  throw error;
}
