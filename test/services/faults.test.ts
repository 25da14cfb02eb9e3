import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  certIdOf,
  encodeOcspRequest,
  readOcspResponse,
  verifyOcspResponse,
} from '../../src/pki/ocsp/index.ts';
import { faults, type RunningService, startService } from '../../src/services/index.ts';
import { ask, codeOfRejection } from './http-client.ts';
import { makeCrl, opensslPki, serials, signerFiles } from './openssl-pki.ts';

const pki = opensslPki();
const issuer = pki.der('ca.crt');
const serialNumber = Buffer.from(serials.good, 'hex');
const body = Buffer.from(encodeOcspRequest([certIdOf(pki.der('good.crt'), issuer)]));
const onLoopback = { host: '127.0.0.1', port: 0, faults: [] };
let ocsp: RunningService;
let crl: RunningService;

beforeAll(async () => {
  await makeCrl(pki, 'ca.pem');
  ocsp = await startService({
    ...onLoopback,
    service: 'ocsp',
    issuers: [signerFiles(pki)],
    signing: 'pre-signed',
    nonce: 'echo',
    validityMs: 3_600_000,
  });
  const files = [pki.file('ca.pem')];
  crl = await startService({
    ...onLoopback,
    service: 'crl',
    files,
    issuerKeyFile: pki.file('ca.key'),
    maxAgeMs: 60_000,
  });
});
beforeEach(() => Promise.all([ocsp.setFaults([]), crl.setFaults([])]));
afterAll(() => Promise.all([ocsp.stop(), crl.stop()]));

const askOcsp = (timeoutMs = 10_000) =>
  ask(`http://127.0.0.1:${ocsp.port}/`, { method: 'POST', body, timeoutMs });
const askCrl = (timeoutMs = 10_000) => ask(`http://127.0.0.1:${crl.port}/ca.crl`, { timeoutMs });
const verdict = (response: Uint8Array) => verifyOcspResponse(response, { issuer, serialNumber });
const verifyCrl = async (der: Uint8Array): Promise<string> => {
  writeFileSync(pki.file('seen.crl'), der);
  return pki.openssl(
    'crl',
    '-inform',
    'der',
    '-in',
    'seen.crl',
    '-CAfile',
    'ca.crt',
    '-verify',
    '-noout',
    '-nextupdate',
  );
};

test('every fault is one of these', () => {
  expect(faults.map(({ name }) => name)).toEqual([
    'delay',
    'hang',
    'refuse',
    'http-error',
    'html',
    'garbage',
    'large-body',
    'drop',
    'drip',
    'ocsp-error',
    'wrong-signature',
    'expired',
    'wrong-cert-id',
  ]);
});

describe.each([
  ['ocsp', () => ({ service: ocsp, get: askOcsp })],
  ['crl', () => ({ service: crl, get: askCrl })],
] as const)('a client of %s sees', (_name, of) => {
  test('nothing of a fault that is over', async () => {
    const { service, get } = of();
    await service.setFaults(['http-error']);
    expect((await get()).status).toBe(500);
    await service.setFaults([]);
    expect((await get()).status).toBe(200);
  });

  test.each([
    ['delay=150ms', 150],
    ['delay=uniform:100ms..120ms', 100],
    ['delay=exponential:1ms', 0],
  ])('%s: a late answer', async (fault, leastMs) => {
    const { service, get } = of();
    await service.setFaults([fault]);
    const startedAt = performance.now();
    expect((await get()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(leastMs);
  });

  test('hang: no answer', async () => {
    const { service, get } = of();
    await service.setFaults(['hang']);
    expect(await codeOfRejection(get(200))).toBe('ABORT_ERR');
  });

  test('refuse: a refused connection, and the same port afterwards', async () => {
    const { service, get } = of();
    await service.setFaults(['refuse']);
    expect(await codeOfRejection(get())).toBe('ECONNREFUSED');
    expect((await service.snapshot()).openConnections).toBe(0);
    await service.setFaults([]);
    expect((await get()).status).toBe(200);
  });

  test('http-error: a status', async () => {
    const { service, get } = of();
    await service.setFaults(['http-error=503']);
    expect((await get()).status).toBe(503);
  });

  test('html: a web page with status 200', async () => {
    const { service, get } = of();
    await service.setFaults(['html']);
    const { status, headers, body: page } = await get();
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.toString()).toContain('<!doctype html>');
  });

  test('garbage: as many octets as there should be, and none of them right', async () => {
    const { service, get } = of();
    const honest = await get();
    await service.setFaults(['garbage']);
    const { headers, body: octets } = await get();
    expect([headers['content-type'], octets.length]).toEqual([
      honest.headers['content-type'],
      honest.body.length,
    ]);
    expect(verdict(octets)).toMatchObject({ valid: false, cause: 'malformed' });
  });

  test('large-body: ten megabytes', async () => {
    const { service, get } = of();
    await service.setFaults(['large-body']);
    const { body: octets } = await get();
    expect(octets.length).toBe(10 * 2 ** 20);
    expect(verdict(octets)).toMatchObject({ valid: false, cause: 'malformed' });
  });

  test.each(['drop=0', 'drop=20', 'drop=300'])('%s: a connection that ends too early', async (fault) => {
    const { service, get } = of();
    await service.setFaults([fault]);
    expect(await codeOfRejection(get())).toBe('ECONNRESET');
  });

  test('drip: an answer that never gets on, and at a higher rate the whole of it', async () => {
    const { service, get } = of();
    await service.setFaults(['drip=10']);
    expect(await codeOfRejection(get(300))).toBe('ABORT_ERR');
    await service.setFaults(['drip=20000']);
    expect((await get()).status).toBe(200);
  });

  test('a share of the answers spoilt, the others good', async () => {
    const { service, get } = of();
    await service.setFaults(['http-error@25%']);
    const statuses: number[] = [];
    for (let i = 0; i < 40; i += 1) statuses.push((await get()).status);
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThanOrEqual(9);
    expect(statuses.filter((status) => status === 500).length).toBeLessThanOrEqual(11);
  });

  test('several faults at once', async () => {
    const { service, get } = of();
    await service.setFaults(['delay=100ms', 'http-error=502']);
    const startedAt = performance.now();
    expect((await get()).status).toBe(502);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(100);
    expect((await service.snapshot()).faultsStruck).toMatchObject({ delay: expect.any(Number) });
  });
});

describe('a client of ocsp sees', () => {
  test.each(['tryLater', 'unauthorized', 'internalError', 'malformedRequest', 'sigRequired'] as const)(
    'ocsp-error=%s, which nobody signs',
    async (status) => {
      await ocsp.setFaults([`ocsp-error=${status}`]);
      expect(readOcspResponse((await askOcsp()).body)).toEqual({ status });
    },
  );

  test.each([
    ['wrong-signature', 'bad-signature'],
    ['expired', 'expired'],
    ['wrong-cert-id', 'cert-id-mismatch'],
  ])('%s, refused as %s', async (fault, cause) => {
    await ocsp.setFaults([fault]);
    expect(verdict((await askOcsp()).body)).toMatchObject({ valid: false, cause });
    await ocsp.setFaults([]);
    expect(verdict((await askOcsp()).body)).toMatchObject({ valid: true });
  });

  test.each([
    ['wrong-signature', 'Response Verify Failure'],
    ['expired', 'Status times invalid'],
    ['wrong-cert-id', 'No Status found'],
  ])('%s, which openssl tells as "%s"', async (fault, words) => {
    await ocsp.setFaults([fault]);
    const url = `http://127.0.0.1:${ocsp.port}/`;
    const about = ['-issuer', 'ca.crt', '-CAfile', 'ca.crt', '-cert', 'good.crt', '-url', url];
    expect(await pki.openssl('ocsp', ...about)).toContain(words);
  });
});

describe('a client of crl sees', () => {
  test('wrong-signature', async () => {
    expect(await verifyCrl((await askCrl()).body)).toContain('verify OK');
    await crl.setFaults(['wrong-signature']);
    expect(await verifyCrl((await askCrl()).body)).toContain('verify failure');
  });

  test('expired: a good signature under a nextUpdate that has passed', async () => {
    await crl.setFaults(['expired']);
    const told = await verifyCrl((await askCrl()).body);
    expect(told).toContain('verify OK');
    expect(Date.parse(/nextUpdate=(.*)/.exec(told)?.[1] ?? '')).toBeLessThan(Date.now());
  });
});

test.each([
  ['teapot', /no fault "teapot" of ocsp: it is one of delay, hang/],
  ['delay=soon', /"soon" is no duration/],
  ['delay=normal:1s', /none of 200ms, uniform/],
  ['hang=1s', /takes no value/],
  ['drop=-1', /no whole number/],
  ['http-error=200', /from 400 to 599/],
  ['ocsp-error=successful', /none of tryLater/],
  ['refuse@50%', /can't have a share/],
  ['delay=1s@150%', /can't have a share/],
])('the fault %s is refused in a sentence, and what was on stays on', async (fault, sentence) => {
  await ocsp.setFaults(['http-error']);
  await expect(ocsp.setFaults(['delay=1ms', fault])).rejects.toThrow(sentence);
  expect((await ocsp.snapshot()).faults).toEqual(['http-error']);
});

test('a CRL is not signed anew without the key of its issuer', async () => {
  const service = await startService({
    ...onLoopback,
    service: 'crl',
    files: [pki.file('ca.pem')],
    maxAgeMs: 60_000,
  });
  try {
    await expect(service.setFaults(['expired'])).rejects.toThrow(/--issuer-key/);
    await expect(service.revoke({ serials: ['1'] })).rejects.toThrow(/--issuer-key/);
    await expect(service.setFaults(['wrong-cert-id'])).rejects.toThrow(/no fault "wrong-cert-id" of crl/);
  } finally {
    await service.stop();
  }
});
