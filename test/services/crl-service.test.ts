import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCorpus } from '../../src/pki/index.ts';
import type { ServiceOrder } from '../../src/services/index.ts';
import { ask } from './http-client.ts';
import { openHere, type ServiceHere } from './open-here.ts';
import { makeCrl, opensslPki, serials } from './openssl-pki.ts';

const pki = opensslPki();
const started: ServiceHere[] = [];
beforeAll(() => makeCrl(pki, 'ca.pem'));
afterAll(() => Promise.all(started.map((service) => service.stop())));

type CrlOrder = Extract<ServiceOrder, { service: 'crl' }>;

async function distributionPoint(files: string[], changes: Partial<CrlOrder> = {}) {
  const service = await openHere({
    service: 'crl',
    host: '127.0.0.1',
    port: 0,
    files,
    maxAgeMs: 300_000,
    faults: [],
    ...changes,
  });
  started.push(service);
  return service;
}

/** One for the tests that change nothing about it. */
let shared: ReturnType<typeof distributionPoint> | undefined;
function sharedPoint() {
  shared ??= distributionPoint([pki.file('ca.pem')]);
  return shared;
}

async function told(der: Uint8Array, caFile = 'ca.crt'): Promise<string> {
  writeFileSync(pki.file('seen.crl'), der);
  const about = ['-inform', 'der', '-in', 'seen.crl', '-CAfile', caFile];
  return pki.openssl('crl', ...about, '-verify', '-text', '-noout');
}

/** A file is looked at no more than ten times a second. */
const untilSeen = () => new Promise((resolve) => setTimeout(resolve, 150));

describe('a full CRL', () => {
  test('is served as DER, and openssl verifies it', async () => {
    const { url } = await sharedPoint();
    const { status, headers, body } = await ask(`${url}/ca.crl?from=test`);
    expect([status, headers['content-type']]).toEqual([200, 'application/pkix-crl']);
    expect(headers['cache-control']).toBe('max-age=300, must-revalidate');
    const text = await told(body);
    expect(text).toContain('verify OK');
    expect(text).toContain(`Serial Number: ${serials.revoked}`);
    expect((await ask(`${url}/ca.pem`)).body).toEqual(readFileSync(pki.file('ca.pem')));
    expect((await ask(`${url}/`)).body.toString()).toBe('/ca.crl\n/ca.pem\n');
  });

  test('is not sent again to a client that has it', async () => {
    const service = await distributionPoint([pki.file('ca.pem')]);
    const { headers } = await ask(`${service.url}/ca.crl`);
    const conditions: Record<string, string>[] = [
      { 'if-none-match': headers.etag ?? '' },
      { 'if-none-match': `W/${headers.etag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': headers['last-modified'] ?? '' },
    ];
    for (const headersSent of conditions) {
      const answer = await ask(`${service.url}/ca.crl`, { headers: headersSent });
      expect([answer.status, answer.body.length, answer.headers.etag]).toEqual([304, 0, headers.etag]);
    }
    expect((await ask(`${service.url}/ca.crl`, { headers: { 'if-none-match': '"other"' } })).status).toBe(
      200,
    );
    expect((await service.snapshot()).answers).toEqual({ '/ca.crl': 2, 'not-modified': 4 });
  });

  test('HEAD tells its length, other methods are refused, other paths are not there', async () => {
    const { url } = await sharedPoint();
    const head = await ask(`${url}/ca.crl`, { method: 'HEAD' });
    expect(Number(head.headers['content-length'])).toBe((await ask(`${url}/ca.crl`)).body.length);
    expect((await ask(`${url}/ca.crl`, { method: 'POST' })).status).toBe(405);
    expect((await ask(`${url}/other.crl`)).status).toBe(404);
  });

  test('is served anew when its file changes, and as it was when the file breaks', async () => {
    const file = pki.file('changing.pem');
    await makeCrl(pki, 'changing.pem');
    const service = await distributionPoint([file]);
    const first = await ask(`${service.url}/ca.crl`);
    await pki.openssl('ca', '-gencrl', '-config', 'ca.cnf', '-crlexts', 'crl', '-out', 'next.pem');
    renameSync(pki.file('next.pem'), file);
    await untilSeen();
    const second = await ask(`${service.url}/ca.crl`);
    expect(second.headers.etag).not.toBe(first.headers.etag);
    writeFileSync(file, 'half of a');
    await untilSeen();
    expect((await ask(`${service.url}/ca.crl`)).headers.etag).toBe(second.headers.etag);
    expect((await service.snapshot()).troubles[0]).toMatch(/changing.pem holds no CRL/);
  });
});

describe('revoking at run time', () => {
  test('signs the next CRL: one number higher, the entry in it, and openssl refuses the certificate', async () => {
    const service = await distributionPoint([pki.file('ca.pem')], { issuerKeyFile: pki.file('ca.key') });
    const before = await told((await ask(`${service.url}/ca.crl`)).body);
    await service.revoke({ serials: [serials.good], reason: 'superseded' });
    const { body, headers } = await ask(`${service.url}/ca.crl`);
    const after = await told(body);
    const numberIn = (text: string) => Number(/X509v3 CRL Number:\s+(\d+)/.exec(text)?.[1]);
    expect(after).toContain('verify OK');
    expect(numberIn(after)).toBe(numberIn(before) + 1);
    expect(after).toMatch(/Serial Number: 1001[\s\S]*Superseded/);
    expect(after).toContain(`Serial Number: ${serials.revoked}`);
    expect(headers['last-modified']).toBeDefined();
    const verifying = ['verify', '-CAfile', 'ca.crt', '-crl_check', '-CRLfile', 'seen.crl', 'good.crt'];
    expect(await pki.openssl(...verifying)).toContain('certificate revoked');
  });

  test('asks which CRL is meant where there are several', async () => {
    await makeCrl(pki, 'one.pem');
    await makeCrl(pki, 'two.pem');
    const files = [pki.file('one.pem'), pki.file('two.pem')];
    const service = await distributionPoint(files, { issuerKeyFile: pki.file('ca.key') });
    await expect(service.revoke({ serials: ['1'] })).rejects.toThrow(
      /which CRL is meant.*\/ca.crl, \/ca-2.crl/,
    );
    await service.revoke({ serials: ['0A0B0C'], crl: '/ca-2.crl' });
    expect(await told((await ask(`${service.url}/ca-2.crl`)).body)).toContain('Serial Number: 0A0B0C');
    expect(await told((await ask(`${service.url}/ca.crl`)).body)).not.toContain('0A0B0C');
  });
});

describe('a fault strikes a file of several CRLs as it does a single one', () => {
  const firstOf = async (url: string) => {
    const { body } = await ask(`${url}/ca.pem`);
    const base64 = /-----BEGIN X509 CRL-----([^-]+)-----END/.exec(body.toString())?.[1] ?? '';
    return told(Buffer.from(base64, 'base64'));
  };

  test('wrong-signature', async () => {
    const { url } = await distributionPoint([pki.file('ca.pem')], { faults: ['wrong-signature'] });
    expect(await firstOf(url)).not.toContain('verify OK');
  });

  test('expired: signed anew by its issuer, and over', async () => {
    const changes = { faults: ['expired'], issuerKeyFile: pki.file('ca.key') };
    const { url } = await distributionPoint([pki.file('ca.pem')], changes);
    const text = await firstOf(url);
    expect(text).toContain('verify OK');
    expect(Date.parse(/Next Update: (.*)/.exec(text)?.[1] ?? '')).toBeLessThan(Date.now());
  });
});

describe('what the forge makes', () => {
  const corpusWith = (kind: string) =>
    makeCorpus(
      {
        seed: 3,
        algorithm: 'ecdsa-p256',
        crlEntries: 100,
        crl: { kind },
        cohorts: [
          { name: 'good', defect: 'none', identities: 4 },
          { name: 'revoked', defect: 'revoked', identities: 4 },
        ],
      },
      { cacheDir: join(pki.dir, 'cache'), threads: 1 },
    );

  test.each([
    ['direct', ['/ca.crl']],
    ['delta', ['/ca.crl', '/delta.crl']],
    ['partitioned', ['/0.crl', '/1.crl', '/2.crl', '/3.crl']],
    ['indirect', ['/indirect.crl']],
  ])('%s: each CRL at the path that certificates name', async (kind, paths) => {
    const { crlFile, clientCaFile } = await corpusWith(kind);
    const { url } = await distributionPoint([crlFile]);
    const listed = (await ask(`${url}/`)).body.toString().split('\n');
    expect(listed).toEqual(expect.arrayContaining(paths));
    for (const path of paths) {
      const { body } = await ask(url + path);
      // Of an indirect CRL's issuer openssl has no certificate here.
      const words = kind === 'indirect' ? 'Error getting CRL issuer certificate' : 'verify OK';
      expect(await told(body, clientCaFile)).toContain(words);
    }
  });
});

test.each<[string, (dir: string) => string, RegExp]>([
  ['is not there', () => '/nowhere/ca.crl', /the CRL \/nowhere\/ca.crl can't be read \(ENOENT\)/],
  ['is a certificate', (dir) => join(dir, 'ca.crt'), /ca.crt holds no CRL/],
  ['is text', (dir) => join(dir, 'index.txt'), /index.txt holds no CRL/],
])('a file that %s is told in a sentence, and nothing is started', async (_name, file, sentence) => {
  await expect(distributionPoint([file(pki.dir)])).rejects.toThrow(sentence);
});

test("a key that is not the issuer's is refused", async () => {
  const wrong = { issuerKeyFile: pki.file('other.key') };
  await expect(distributionPoint([pki.file('ca.pem')], wrong)).rejects.toThrow(
    /key of none of the CRLs' issuers/,
  );
});
