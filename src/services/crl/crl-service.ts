import type { KeyObject } from 'node:crypto';
import { OcspError } from '../../pki/ocsp/ocsp-error.ts';
import { readPrivateKeyPem } from '../../pki/ocsp/signer.ts';
import { pem } from '../../pki/pem.ts';
import type { FaultEffect } from '../faults/fault.ts';
import { FaultSet } from '../faults/fault-set.ts';
import { followFaults, openPort } from '../faults/refusing.ts';
import { deliver, waitOut } from '../faults/strike.ts';
import type { Delivery } from '../http/connection.ts';
import { HttpServer } from '../http/http-server.ts';
import { encodeReply, type HttpReply, httpDate, matchesEtag, textReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { reasonNamed } from '../ocsp/reasons.ts';
import { pemBlocks, readNamedFile } from '../read-file.ts';
import { serialKey } from '../serial.ts';
import type { OpenService, RevokeOrder } from '../service.ts';
import { ServiceError } from '../service-error.ts';
import { Tally } from '../tally.ts';
import { type CrlDocument, readCrl } from './crl-document.ts';
import { CrlShelf, type Published, published } from './shelf.ts';
import { isSignedBy, signCrl, withSignature } from './sign-crl.ts';

export type CrlServiceOptions = {
  host: string;
  port: number;
  /** PEM (one or several CRLs) or DER. */
  files: readonly string[];
  /** PEM: whoever signed the CRLs; needed to revoke, and for faults that sign anew. */
  issuerKeyFile?: string;
  /** The same as a text, of a CA whose key is in no file. */
  issuerKeyPem?: string;
  /** How long a cache may keep a CRL, milliseconds; never beyond its nextUpdate. */
  maxAgeMs: number;
  faults: readonly string[];
};

/** A CRL distribution point over HTTP (RFC 5280 4.2.1.13, RFC 2585 4). Resolves when the port is open. Throws ServiceError. */
export async function openCrlService(options: CrlServiceOptions): Promise<OpenService> {
  const tally = new Tally();
  const shelf = new CrlShelf(options.files, tally.trouble);
  const key = readIssuerKey(options, shelf);
  const faults = new FaultSet('crl');
  setFaultsUnlessUnsigned(options.faults);
  const server = new HttpServer(options.host, options.port, handle, tally.trouble);

  function handle(request: HttpRequest): Delivery | Promise<Delivery> {
    tally.request(request.method);
    return faults.any ? struck(request) : encodeReply(honest(request, [], true), framing(request));
  }

  async function struck(request: HttpRequest): Promise<Delivery> {
    const { effects, draw } = faults.next();
    await waitOut(effects, draw);
    return deliver(effects, honest(request, effects, effects.length === 0), framing(request));
  }

  function honest(request: HttpRequest, effects: readonly FaultEffect[], conditional: boolean): HttpReply {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      tally.answer('bad-request');
      return textReply(405, 'a CRL is fetched by GET', [['Allow', 'GET, HEAD']]);
    }
    const path = request.target.replace(/[?#].*$/s, '');
    const nowMs = Date.now();
    const item = shelf.get(path, nowMs);
    if (item === undefined) return absent(path);
    const headers: HttpReply['headers'] = [
      ['ETag', item.etag],
      ['Last-Modified', httpDate(item.lastModifiedMs)],
      ['Cache-Control', `max-age=${Math.floor(maxAgeMs(item, nowMs) / 1000)}, must-revalidate`],
    ];
    if (conditional && isUnchanged(request, item)) {
      tally.answer('not-modified');
      return { status: 304, headers, body: new Uint8Array(0) };
    }
    tally.answer(path);
    return {
      status: 200,
      headers: [['Content-Type', item.contentType], ...headers],
      body: spoilt(item, effects),
    };
  }

  function absent(path: string): HttpReply {
    const list = [...shelf.paths.keys()].join('\n');
    if (path === '/') return textReply(200, list);
    tally.answer('not-found');
    return textReply(404, `nothing is at this path; there are\n${list}`);
  }

  function maxAgeMs({ crl }: Published, nowMs: number): number {
    const leftMs = crl?.nextUpdate ? crl.nextUpdate.getTime() - nowMs : options.maxAgeMs;
    return Math.max(0, Math.min(options.maxAgeMs, leftMs));
  }

  function spoilt({ crl, body }: Published, effects: readonly FaultEffect[]): Uint8Array {
    if (crl !== null) return spoiltCrl(crl, effects);
    if (!effects.some((effect) => effect.crl !== undefined || effect.signature !== undefined)) return body;
    const several = pemBlocks(body.toString('latin1'), ['X509 CRL']);
    return Buffer.concat(
      several.map((der) => pem('X509 CRL', spoiltCrl(readCrl(der, 'what is served'), effects))),
    );
  }

  function spoiltCrl(crl: CrlDocument, effects: readonly FaultEffect[]): Uint8Array {
    const drafts = effects.flatMap((effect) => effect.crl ?? []);
    const own = key !== null && drafts.length > 0 && isSignedBy(crl, key) ? key : null;
    const signed = drafts.reduce<CrlDocument>((document, change) => {
      // Of several CRLs those of other issuers stay as they are.
      if (own === null) return document;
      tally.signatures += 1;
      const nextUpdate = document.nextUpdate ?? document.thisUpdate;
      return signCrl(document, change({ thisUpdate: document.thisUpdate, nextUpdate }), own);
    }, crl);
    const signature = effects.find((effect) => effect.signature !== undefined)?.signature;
    return signature === undefined ? signed.der : withSignature(signed, signature(signed.signature));
  }

  function revoke({ serials, reason, atMs, crl: path }: RevokeOrder): void {
    if (key === null)
      throw new ServiceError(
        'ERR_SERVICE_KEY',
        'a CRL can be changed only with the key of its issuer: give it by --issuer-key',
      );
    const mine = shelf.signedBy(key);
    const [only] = mine;
    const meant = path ?? (mine.length === 1 ? only : undefined);
    const item = meant === undefined || !mine.includes(meant) ? undefined : shelf.paths.get(meant);
    if (meant === undefined || !item?.crl)
      throw new ServiceError('ERR_SERVICE_CRL', `say which CRL is meant: it is one of ${mine.join(', ')}`);
    const at = new Date(atMs ?? Date.now());
    const octets = serials.map((text) => {
      const digits = serialKey(text);
      return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
    });
    const revoked = { serials: octets, at, ...(reason !== undefined && { reason: reasonNamed(reason) }) };
    const { nextUpdate } = item.crl;
    tally.signatures += 1;
    shelf.put(
      meant,
      published(signCrl(item.crl, { thisUpdate: new Date(), nextUpdate, revoked }, key), Date.now()),
    );
  }

  /** A fault that has to sign what it changes needs the key. */
  function setFaultsUnlessUnsigned(written: readonly string[]): void {
    const before = faults.written;
    faults.set(written);
    if (!faults.signsCrls || key !== null) return;
    faults.set(before);
    throw new ServiceError(
      'ERR_SERVICE_KEY',
      'this fault signs the CRL anew: give the key of its issuer by --issuer-key',
    );
  }

  async function setFaults(written: readonly string[]): Promise<void> {
    setFaultsUnlessUnsigned(written);
    await followFaults(server, faults);
  }

  await openPort(server, faults);
  return {
    host: server.host,
    port: server.port,
    about: [...shelf.paths].map(([path, { body }]) => `${path}: ${body.length} bytes`),
    snapshot: () => tally.snapshot('crl', server, faults),
    revoke,
    setFaults,
    close: () => server.close(),
  };
}

const framing = ({ close, method }: HttpRequest) => ({ close, withBody: method !== 'HEAD' });

/** If-Modified-Since counts only where If-None-Match is not there (RFC 9110 13.2.2). */
function isUnchanged({ headers }: HttpRequest, { etag, lastModifiedMs }: Published): boolean {
  const tags = headers.get('if-none-match');
  if (tags !== undefined) return matchesEtag(tags, etag);
  const since = Date.parse(headers.get('if-modified-since') ?? '');
  return Math.floor(lastModifiedMs / 1000) * 1000 <= since;
}

function readIssuerKey(
  { issuerKeyFile, issuerKeyPem }: CrlServiceOptions,
  shelf: CrlShelf,
): KeyObject | null {
  const place = issuerKeyFile ?? 'the key';
  const text = issuerKeyFile === undefined ? issuerKeyPem : readNamedFile("the issuer's key", issuerKeyFile);
  if (text === undefined) return null;
  try {
    const key = readPrivateKeyPem(text);
    if (shelf.signedBy(key).length > 0) return key;
    // Not named by the user: an indirect CRL, or one with a broken signature, has another's key.
    if (issuerKeyFile === undefined) return null;
  } catch (error) {
    if (!(error instanceof OcspError)) throw error;
    throw new ServiceError('ERR_SERVICE_KEY', `${place} is no private key in PEM without a pass phrase`, {
      cause: error,
    });
  }
  throw new ServiceError('ERR_SERVICE_KEY', `${place} is the key of none of the CRLs' issuers`);
}
