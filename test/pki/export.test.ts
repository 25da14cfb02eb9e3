import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pemFiles } from '../../src/pki/formats/pem.ts';
import type { Corpus } from '../../src/pki/identity.ts';
import { makeCorpus, writePemFolder } from '../../src/pki/index.ts';
import { issuerFolders } from '../../src/pki/ocsp/corpus-issuers.ts';
import { csvField, folderEntry } from '../../src/pki/pem-folder.ts';
import { openssl, opensslOutcome, scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');
let corpus: Corpus;
beforeAll(async () => {
  corpus = await makeCorpus(everydayDefects(2), { cacheDir });
});

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const rows = (dir: string) =>
  readFileSync(join(dir, 'index.csv'), 'utf8')
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));

/** What `openssl ocsp` answers about a certificate from this folder's files, and what it then makes of its own answer. */
function ocspStatus(dir: string, certificate: string, trusted: string): string {
  const file = (name: string) => join(dir, name);
  const about = ['-issuer', file('ca.crt'), '-cert', certificate];
  const [request, response] = [join(folder, 'request.der'), join(folder, 'response.der')];
  openssl(['ocsp', ...about, '-no_nonce', '-reqout', request]);
  const signer = ['-rsigner', file('ocsp.crt'), '-rkey', file('ocsp.key')];
  const index = ['-index', file('index.txt'), '-CA', file('ca.crt')];
  openssl(['ocsp', ...index, ...signer, '-reqin', request, '-respout', response]);
  // "Response verify OK" comes on standard error, before the rest.
  const { output } = opensslOutcome(['ocsp', ...about, '-no_nonce', '-respin', response, '-CAfile', trusted]);
  return output.replace(/^([\s\S]*?)(Response verify .*\n)$/, '$2$1');
}

describe('a folder of PEM files', () => {
  test('holds for each identity a chain and a key that belong together, and lists them all', async () => {
    const dir = join(folder, 'by-id');
    expect(await writePemFolder(corpus, dir)).toEqual({
      dir,
      identities: 16,
      kept: 0,
      indexFile: join(dir, 'index.csv'),
    });
    const [header, ...listed] = rows(dir);
    expect(header).toEqual(['client_id', 'cohort', 'serial', 'defect', 'certificate', 'key']);
    expect(listed).toHaveLength(18);
    for (const [clientId = '', cohort, serial, defect, certFile = '', keyFile = ''] of listed) {
      if (defect === 'no-certificate') {
        expect([serial, certFile, keyFile]).toEqual(['', '', '']);
        continue;
      }
      expect([certFile, keyFile]).toEqual([`${clientId}.crt`, `${clientId}.key`]);
      const certificate = new X509Certificate(readFileSync(join(dir, certFile)));
      expect(certificate.serialNumber).toBe(serial);
      expect(clientId.startsWith(`${cohort}-`)).toBe(true);
      const own = openssl(['pkey', '-in', join(dir, keyFile), '-pubout']);
      expect(openssl(['x509', '-in', join(dir, certFile), '-noout', '-pubkey'])).toBe(own);
      expect(mode(join(dir, keyFile))).toBe('600');
    }
    expect(mode(join(dir, 'server.key'))).toBe('600');
    expect(mode(dir)).toBe('700');
    const verify = ['verify', '-CAfile', join(dir, 'ca.crt'), '-CRLfile', join(dir, 'crl.pem'), '-crl_check'];
    expect(opensslOutcome([...verify, join(dir, 'good-00001.crt')]).status).toBe(0);
    expect(opensslOutcome([...verify, join(dir, 'revoked-00001.crt')]).output).toContain(
      'certificate revoked',
    );
    expect(opensslOutcome([...verify, join(dir, 'server.crt')]).status).toBe(0);
  });

  test('numbers its files when asked to, from c00001', async () => {
    const dir = join(folder, 'by-number');
    await writePemFolder(corpus, dir, { naming: 'number' });
    const names = readdirSync(dir).filter((name) => /^c\d/.test(name));
    expect(names).toHaveLength(32);
    expect(names).toContain('c00001.crt');
    expect(names).toContain('c00016.key');
  });

  test('feeds openssl’s OCSP responder, which knows the good, the revoked and the unknown, by a signer of its own', async () => {
    const dir = join(folder, 'ocsp');
    const issuers = issuerFolders(everydayDefects(2), cacheDir);
    await writePemFolder(corpus, dir, { issuers });
    const status = (name: string) => ocspStatus(dir, join(dir, `${name}.crt`), join(dir, 'ca.crt'));
    expect(status('good-00001')).toMatch(/^Response verify OK\n.*: good\n/);
    expect(status('expired-00001')).toMatch(/^Response verify OK\n.*: good\n/);
    expect(status('revoked-00002')).toMatch(
      /^Response verify OK\n.*: revoked\n[\s\S]*Revocation Time: May {2}1 00:00:00 2025 GMT/,
    );
    expect(status('self-signed-00001')).toMatch(/: unknown\n/);
    expect([mode(join(dir, 'ocsp.crt')), mode(join(dir, 'ocsp.key'))]).toEqual(['644', '600']);

    // The same again, and what is there stays.
    const before = readFileSync(join(dir, 'ocsp.crt'));
    await writePemFolder(corpus, dir, { issuers: issuerFolders(everydayDefects(2), cacheDir) });
    expect(readFileSync(join(dir, 'ocsp.crt'))).toEqual(before);
  });

  test('has a responder for each CA that issues, in a folder of its own where ca.crt is not that CA', async () => {
    const spec = everydayDefects(2, { authorities: { depth: 2, roots: 2 }, fixedKeys: true });
    const dir = join(folder, 'ocsp-two');
    const deep = await makeCorpus(spec, { cacheDir });
    const issuers = issuerFolders(spec, cacheDir);
    await writePemFolder(deep, dir, { issuers });
    for (const [own, identity, known] of [
      ['ocsp-1', 'good-00001', 'good'],
      ['ocsp-2', 'good-00002', 'good'],
      ['ocsp-1', 'revoked-00001', 'revoked'],
      ['ocsp-2', 'revoked-00002', 'revoked'],
    ] as const)
      expect(ocspStatus(join(dir, own), join(dir, `${identity}.crt`), join(dir, 'ca.crt'))).toMatch(
        new RegExp(`^Response verify OK\n.*: ${known}\n`),
      );
    expect(existsSync(join(dir, 'ocsp.key'))).toBe(false);
    // Fixed keys are the same wherever they are made.
    const elsewhere = issuerFolders(spec, join(folder, 'cache-elsewhere'));
    expect(elsewhere.map(({ responderCertPem }) => responderCertPem)).toEqual(
      issuers.map(({ responderCertPem }) => responderCertPem),
    );
    await writePemFolder({ ...deep, cohorts: [] }, dir);
    expect(readdirSync(dir).filter((name) => name.startsWith('ocsp'))).toEqual([]);
  });

  test('is written anew in its own folder, and what the earlier call wrote is gone', async () => {
    const dir = join(folder, 'again');
    await writePemFolder(corpus, dir);
    const smaller = { ...corpus, cohorts: corpus.cohorts.slice(0, 1) };
    await writePemFolder(smaller, dir);
    expect(readdirSync(dir).toSorted()).toEqual(
      ['ca.crt', 'certstorm-pki.json', 'crl.pem', 'good-00001.crt', 'good-00001.key', 'good-00002.crt']
        .concat(['good-00002.key', 'index.csv', 'index.txt', 'server.crt', 'server.key'])
        .toSorted(),
    );
    expect(JSON.parse(readFileSync(join(dir, 'certstorm-pki.json'), 'utf8'))).toMatchObject({
      complete: true,
    });
  });

  test('never overwrites what is not its own', async () => {
    const dir = join(folder, 'foreign');
    mkdirSync(dir);
    writeFileSync(join(dir, 'ca.crt'), 'mine');
    await expect(writePemFolder(corpus, dir)).rejects.toMatchObject({ code: 'folder-not-ours' });
    expect(readdirSync(dir)).toEqual(['ca.crt']);

    const own = join(folder, 'foreign-inside');
    await writePemFolder({ ...corpus, cohorts: [] }, own);
    writeFileSync(join(own, 'good-00001.key'), 'mine');
    await expect(writePemFolder(corpus, own)).rejects.toMatchObject({
      code: 'folder-not-ours',
      message: expect.stringContaining('good-00001.key is there already'),
    });
    expect(readFileSync(join(own, 'good-00001.key'), 'utf8')).toBe('mine');
  });

  test('trusts no path in an index that it finds: nothing outside the folder is removed', async () => {
    const dir = join(folder, 'planted');
    await writePemFolder(corpus, dir);
    const outside = join(folder, 'outside.key');
    writeFileSync(outside, 'mine');
    writeFileSync(join(dir, 'index.csv'), 'x,x,x,x,../outside.key,001/../../outside.key\r\n');
    await expect(writePemFolder(corpus, dir)).rejects.toMatchObject({ code: 'folder-not-ours' });
    expect(existsSync(outside)).toBe(true);
  });

  test('that can’t be made is said so in one sentence', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    for (const dir of [join(file, 'out'), '/proc/certstorm-out']) {
      await expect(writePemFolder(corpus, dir)).rejects.toMatchObject({
        name: 'PkiError',
        code: 'folder-unwritable',
        message: expect.stringContaining(dir),
      });
    }
  });

  test('that was interrupted says so in its marker, and can be written again', async () => {
    const big = await makeCorpus(
      { ...everydayDefects(1), cohorts: [{ name: 'c', defect: 'none', identities: 300 }] },
      { cacheDir: join(folder, 'cache') },
    );
    const dir = join(folder, 'interrupted');
    const controller = new AbortController();
    const reason = new Error('stop');
    const options = { signal: controller.signal, onProgress: () => controller.abort(reason) };
    await expect(writePemFolder(big, dir, options)).rejects.toBe(reason);
    const complete = () => JSON.parse(readFileSync(join(dir, 'certstorm-pki.json'), 'utf8')).complete;
    expect(complete()).toBe(false);
    await writePemFolder(big, dir);
    expect(complete()).toBe(true);
    expect(readdirSync(dir)).toHaveLength(600 + 7);
  });
});

test('more than 10,000 identities are spread over folders of 1,000', () => {
  const [identity] = corpus.cohorts[0]?.identities ?? [];
  if (!identity) throw new Error('no identity');
  const fileOf = (number: number, total: number) =>
    folderEntry({ identity, cohort: 'c', defect: 'none' }, number, {
      naming: 'number',
      format: pemFiles,
      total,
      shardFrom: 10_000,
    }).certFile;
  expect(fileOf(1, 12_345)).toBe('001/c00001.crt');
  expect(fileOf(1000, 12_345)).toBe('001/c01000.crt');
  expect(fileOf(1001, 12_345)).toBe('002/c01001.crt');
  expect(fileOf(12_345, 12_345)).toBe('013/c12345.crt');
  expect(fileOf(1, 10_000)).toBe('c00001.crt');
});

test('a field never begins a formula, and quotes what would break the row', () => {
  expect(csvField('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
  for (const start of ['+', '-', '@', '\t']) expect(csvField(`${start}1`)).toBe(`'${start}1`);
  expect(csvField('a,b')).toBe('"a,b"');
  expect(csvField('good-00001')).toBe('good-00001');
});
