import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type CertIdHash,
  certIdOf,
  encodeOcspRequest,
  type OcspVerdict,
  readOcspResponse,
  verifyOcspResponse,
} from '../../src/pki/ocsp/index.ts';
import type { ServiceOrder } from '../../src/services/index.ts';
import { ask, exchange } from './http-client.ts';
import { openHere, type ServiceHere } from './open-here.ts';
import { opensslPki, serials, signerFiles } from './openssl-pki.ts';

const pki = opensslPki();
const issuer = pki.der('ca.crt');
const started: ServiceHere[] = [];
afterAll(() => Promise.all(started.map((service) => service.stop())));

type OcspOrder = Extract<ServiceOrder, { service: 'ocsp' }>;

async function responder(changes: Partial<OcspOrder> = {}): Promise<ServiceHere> {
  const service = await openHere({
    service: 'ocsp',
    host: '127.0.0.1',
    port: 0,
    issuers: [signerFiles(pki)],
    signing: 'pre-signed',
    nonce: 'echo',
    validityMs: 3_600_000,
    faults: [],
    ...changes,
  });
  started.push(service);
  return service;
}

/** One for the tests that change nothing about it. */
let shared: Promise<ServiceHere> | undefined;
function sharedResponder(): Promise<ServiceHere> {
  shared ??= responder();
  return shared;
}

const requestFor = (name: string, options: { nonce?: Uint8Array; hash?: CertIdHash } = {}): Buffer =>
  Buffer.from(encodeOcspRequest([certIdOf(pki.der(`${name}.crt`), issuer, options.hash)], options.nonce));

const post = (url: string, body: Uint8Array) =>
  ask(`${url}/`, { method: 'POST', headers: { 'content-type': 'application/ocsp-request' }, body });

const verdictOf = (body: Uint8Array, serial: string, nonce?: Uint8Array): OcspVerdict =>
  verifyOcspResponse(body, {
    issuer,
    serialNumber: Buffer.from(serial, 'hex'),
    ...(nonce && { nonce, requireNonce: true }),
  });

describe('openssl ocsp accepts the answers', () => {
  test.each([
    ['a delegated responder, pre-signed', { issuers: [signerFiles(pki)] }],
    ['the CA itself, by name', { issuers: [signerFiles(pki, 'ca')], identifiedBy: 'name' as const }],
    ['signed ahead', { signing: 'ahead' as const }],
    ['signed on request', { signing: 'on-request' as const }],
  ])('of %s', async (_name, changes) => {
    const { url } = await responder(changes);
    const about = ['-issuer', 'ca.crt', '-CAfile', 'ca.crt', '-url', `${url}/`];
    for (const hash of ['-sha1', '-sha256']) {
      for (const nonce of [[], ['-no_nonce']]) {
        const told = await pki.openssl(
          'ocsp',
          ...nonce,
          ...about,
          hash,
          '-cert',
          'good.crt',
          '-cert',
          'revoked.crt',
          '-cert',
          'unknown.crt',
        );
        expect(told).toContain('Response verify OK');
        expect(told).not.toContain('WARNING');
        for (const kind of ['good', 'revoked', 'unknown']) expect(told).toContain(`${kind}.crt: ${kind}`);
        expect(told).toContain('Reason: keyCompromise');
      }
      const single = await pki.openssl('ocsp', '-no_nonce', ...about, hash, '-cert', 'revoked.crt');
      expect(single).toContain('Revocation Time: May  1 00:00:00 2025 GMT');
    }
  });

  test('also those that were asked for by GET', async () => {
    const { url } = await sharedResponder();
    const answer = await ask(`${url}/${encodeURIComponent(requestFor('good').toString('base64'))}`);
    writeFileSync(pki.file('request.der'), requestFor('good'));
    writeFileSync(pki.file('response.der'), answer.body);
    const told = await pki.openssl(
      'ocsp',
      '-issuer',
      'ca.crt',
      '-cert',
      'good.crt',
      '-CAfile',
      'ca.crt',
      '-no_nonce',
      '-reqin',
      'request.der',
      '-respin',
      'response.der',
    );
    expect(told).toContain('Response verify OK');
  });
});

describe('GET as found in the wild', () => {
  // Digests differ from name to name; this one's base64 has "+", "/" and "=" in it.
  const der = () => requestFor('good', { hash: 'sha256' });
  const base64 = () => der().toString('base64');

  test.each<[string, () => string]>([
    ['base64 as it is', base64],
    ['percent-encoded', () => encodeURIComponent(base64())],
    [
      'percent-encoded in lower case',
      () =>
        encodeURIComponent(base64())
          .replaceAll('%2B', '%2b')
          .replaceAll('%2F', '%2f')
          .replaceAll('%3D', '%3d'),
    ],
    ['percent-encoded twice', () => encodeURIComponent(encodeURIComponent(base64()))],
    ['base64url', () => der().toString('base64url')],
    ['without padding', () => base64().replaceAll('=', '')],
    ['behind a path', () => `ocsp/v1/${base64()}`],
    ['behind another slash', () => `/${base64()}`],
    ['with white space at its end', () => `${encodeURIComponent(base64())}%0A`],
    ['with a query', () => `${encodeURIComponent(base64())}?x=1`],
  ])('%s', async (_name, path) => {
    const { url } = await sharedResponder();
    const answer = await ask(`${url}/${path()}`);
    expect(answer.status).toBe(200);
    expect(verdictOf(answer.body, serials.good)).toMatchObject({ valid: true, status: { kind: 'good' } });
  });

  test('a path that holds no request is a bad one', async () => {
    const { url } = await sharedResponder();
    for (const path of ['MFow', 'favicon.ico', '%zz', 'M'.repeat(300)])
      expect((await ask(`${url}/${path}`)).status).toBe(400);
  });
});

describe('what a cache goes by (RFC 5019 6.2)', () => {
  test('GET tells until when the answer holds, and the same answer is not sent twice', async () => {
    const { url } = await sharedResponder();
    const path = `${url}/${requestFor('good').toString('base64url')}`;
    const first = await ask(path);
    const { thisUpdate, nextUpdate } = verdictOf(first.body, serials.good) as Extract<
      OcspVerdict,
      { valid: true }
    >;
    expect(first.headers['content-type']).toBe('application/ocsp-response');
    expect(first.headers['last-modified']).toBe(thisUpdate.toUTCString());
    expect(first.headers.expires).toBe(nextUpdate?.toUTCString());
    expect(first.headers['cache-control']).toMatch(
      /^max-age=(3600|359\d), public, no-transform, must-revalidate$/,
    );
    const again = await ask(path, { headers: { 'if-none-match': `"other", ${first.headers.etag}` } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await ask(path)).body).toEqual(first.body);
  });

  test('an answer with a nonce is for nobody else', async () => {
    const { url } = await sharedResponder();
    const nonce = randomBytes(32);
    const answer = await ask(`${url}/${requestFor('good', { nonce }).toString('base64url')}`);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(verdictOf(answer.body, serials.good, nonce).valid).toBe(true);
  });
});

test('the octets that a service counts are those on its connections', async () => {
  const service = await responder();
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
  });
  const octets = `GET /${requestFor('good').toString('base64url')} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
  socket.end(octets);
  await new Promise((resolve) => socket.once('close', resolve));
  expect(received).toBeGreaterThan(octets.length);
  await expect
    .poll(() => service.snapshot())
    .toMatchObject({ openConnections: 0, bytesSent: received, bytesReceived: octets.length });
});

describe('signing', () => {
  test('pre-signed: once for everybody who asks for the same', async () => {
    const service = await responder();
    const bodies = await Promise.all(Array.from({ length: 20 }, () => post(service.url, requestFor('good'))));
    expect(new Set(bodies.map(({ body }) => body.toString('hex'))).size).toBe(1);
    expect(await service.snapshot()).toMatchObject({
      signatures: 1,
      answers: { good: 20 },
      requests: { POST: 20 },
    });
  });

  test('ahead: nothing is left to be signed', async () => {
    const service = await responder({ signing: 'ahead' });
    await post(service.url, requestFor('good'));
    await post(service.url, requestFor('revoked'));
    expect((await service.snapshot()).signatures).toBe(4);
  });

  test('on request: every answer anew', async () => {
    const service = await responder({ signing: 'on-request' });
    const bodies = await Promise.all([1, 2].map(() => post(service.url, requestFor('good'))));
    expect(bodies[0]?.body.equals(bodies[1]?.body ?? Buffer.alloc(0))).toBe(false);
    expect((await service.snapshot()).signatures).toBe(2);
  });

  test('a nonce is passed over where that is asked for', async () => {
    const { url } = await responder({ nonce: 'ignore' });
    const { body } = await post(url, requestFor('good', { nonce: randomBytes(32) }));
    const response = readOcspResponse(body);
    expect(response).toMatchObject({ status: 'successful', basic: { nonceValue: null } });
  });

  test('an answer is signed anew in the middle of its life', async () => {
    const service = await responder({ validityMs: 1000 });
    await post(service.url, requestFor('good'));
    await new Promise((resolve) => setTimeout(resolve, 600));
    await post(service.url, requestFor('good'));
    expect((await service.snapshot()).signatures).toBe(2);
  });
});

test('a certificate that is revoked at run time is revoked in the next answer, kept or not', async () => {
  const service = await responder({ signing: 'ahead' });
  const get = `${service.url}/${requestFor('good').toString('base64url')}`;
  expect(verdictOf((await ask(get)).body, serials.good)).toMatchObject({ status: { kind: 'good' } });
  await service.revoke({
    serials: [`00:${serials.good}`],
    reason: 'cessationOfOperation',
    atMs: Date.UTC(2026, 0, 1),
  });
  for (const { body } of [await ask(get), await post(service.url, requestFor('good'))]) {
    expect(verdictOf(body, serials.good)).toMatchObject({
      valid: true,
      status: { kind: 'revoked', reason: 5, revocationTime: new Date('2026-01-01T00:00:00Z') },
    });
  }
  await expect(service.revoke({ serials: ['xyz'] })).rejects.toThrow(/no serial number/);
  await expect(service.revoke({ serials: ['1'], reason: 'boredom' })).rejects.toThrow(/no reason "boredom"/);
});

test('several issuers are answered for, each by its own responder; a stranger is not', async () => {
  const second = opensslPki();
  const { url } = await responder({ issuers: [signerFiles(pki), signerFiles(second, 'ca')] });
  for (const one of [pki, second]) {
    const asked = encodeOcspRequest([certIdOf(one.der('revoked.crt'), one.der('ca.crt'))]);
    const { body } = await post(url, asked);
    const question = { issuer: one.der('ca.crt'), serialNumber: Buffer.from(serials.revoked, 'hex') };
    expect(verifyOcspResponse(body, question)).toMatchObject({ valid: true, status: { kind: 'revoked' } });
  }
  const stranger = encodeOcspRequest([certIdOf(pki.der('stranger.crt'), pki.der('other.crt'))]);
  expect(readOcspResponse((await post(url, stranger)).body)).toEqual({ status: 'unauthorized' });
  const both = [pki, second].map((one) => certIdOf(one.der('good.crt'), one.der('ca.crt')));
  expect(readOcspResponse((await post(url, encodeOcspRequest(both))).body)).toEqual({
    status: 'unauthorized',
  });
});

describe('wrong input', () => {
  test('octets that are no request are malformed', async () => {
    const { url } = await sharedResponder();
    for (const body of [Buffer.alloc(0), Buffer.from('hello'), randomBytes(500)])
      expect(readOcspResponse((await post(url, body)).body)).toEqual({ status: 'malformedRequest' });
  });

  test.each<[string, string, string]>([
    ['another method', 'DELETE / HTTP/1.1\r\nHost: x\r\n\r\n', '405 Method Not Allowed'],
    ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      '400 Bad Request',
    ],
    ['a field without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n', '400 Bad Request'],
    ['a folded field', 'GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n', '400 Bad Request'],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', '400 Bad Request'],
    [
      'chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '411 Length Required',
    ],
    [
      'a body of a gigabyte',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n',
      '413 Content Too Large',
    ],
    ['a head without an end', `GET /${'a'.repeat(20_000)}`, '431 Request Header Fields Too Large'],
  ])('%s is refused', async (_name, octets, status) => {
    const { port } = await sharedResponder();
    expect(await exchange(port, octets)).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
  });

  test('requests may come in pieces, and several in one', async () => {
    const service = await sharedResponder();
    const body = requestFor('good').toString('latin1');
    const whole = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const both = await exchange(service.port, Buffer.from(whole + whole, 'latin1'));
    expect(both.match(/HTTP\/1.1 200 OK/g)?.length).toBe(2);
    const socket = connect(service.port, '127.0.0.1');
    for (const octet of Buffer.from(whole, 'latin1')) {
      socket.write(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data) => resolve([data])));
    expect(chunk?.toString('latin1')).toMatch(/^HTTP\/1.1 200 OK/);
    socket.destroy();
  });

  test('HTTP/1.0 and Connection: close end the connection', async () => {
    const { port } = await sharedResponder();
    for (const line of ['HTTP/1.0', 'HTTP/1.1\r\nHost: x\r\nConnection: close'])
      expect(await exchange(port, `GET / ${line}\r\n\r\n`, 5000)).toContain('Connection: close');
  });

  test.each<[string, Partial<ReturnType<typeof signerFiles>>, RegExp]>([
    [
      'a CA that is not there',
      { caFile: '/nowhere/ca.crt' },
      /the CA \/nowhere\/ca.crt can't be read \(ENOENT\)/,
    ],
    ['an index of another kind', { indexFile: pki.file('ext.cnf') }, /ext.cnf:2 is no line of an index/],
    ['a key of another', { responderKeyFile: pki.file('ca.key') }, /not the one of its certificate/],
    [
      'a responder of another CA',
      { responderCertFile: pki.file('stranger.crt'), responderKeyFile: pki.file('stranger.key') },
      /not issued by the CA/,
    ],
    [
      'a certificate for something else',
      { responderCertFile: pki.file('server.crt'), responderKeyFile: pki.file('server.key') },
      /OCSPSigning/,
    ],
  ])('%s is told in a sentence, and nothing is started', async (_name, files, sentence) => {
    await expect(responder({ issuers: [{ ...signerFiles(pki), ...files }] })).rejects.toThrow(sentence);
  });
});
