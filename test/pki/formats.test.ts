import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Corpus } from '../../src/pki/identity.ts';
import { collectGarbage, makeCorpus, storeCorpus, writePemFolder } from '../../src/pki/index.ts';
import { identitiesOf, leafOf, openssl, opensslOutcome, scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');
const spec = everydayDefects(2, { authorities: { depth: 3 } });
let corpus: Corpus;
beforeAll(async () => {
  corpus = await makeCorpus(spec, { cacheDir });
});

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const blocks = (text: string) => text.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? [];

describe('PKCS #12', () => {
  const read = (file: string, password: string) =>
    opensslOutcome(['pkcs12', '-in', file, '-passin', `pass:${password}`, '-nodes']);

  test('is read by openssl: its MAC right, its key and its chain inside, the names too', async () => {
    const dir = join(folder, 'p12');
    await writePemFolder(corpus, dir, { format: 'p12', password: 'geheim €' });
    const file = join(dir, 'good-00001.p12');
    const { status, output } = read(file, 'geheim €');
    expect(status, output).toBe(0);
    const [identity] = identitiesOf(corpus, 'good');
    const [leaf = '', ...others] = blocks(output).filter((block) => block.includes('CERTIFICATE'));
    expect(new X509Certificate(leaf).raw.equals(identity ? leafOf(identity) : Buffer.alloc(0))).toBe(true);
    expect(others).toHaveLength(2);
    const [key = ''] = blocks(output).filter((block) => block.includes('PRIVATE KEY'));
    expect(new X509Certificate(leaf).checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(output).toContain('friendlyName: good-00001');
    expect(mode(file)).toBe('600');
    const info = opensslOutcome([
      'pkcs12',
      '-in',
      file,
      '-passin',
      'pass:geheim €',
      '-noout',
      '-info',
    ]).output;
    expect(info).toContain('MAC: sha256');
    expect(info).toMatch(/PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256/);
  });

  test('under a wrong password is refused', async () => {
    const dir = join(folder, 'p12-wrong');
    await writePemFolder(corpus, dir, { format: 'p12' });
    expect(read(join(dir, 'good-00001.p12'), 'certstorm').status).toBe(0);
    expect(read(join(dir, 'good-00001.p12'), 'other').output).toMatch(/invalid password/i);
  });

  test('is loaded by Node and does a handshake', async () => {
    const dir = join(folder, 'p12');
    await writePemFolder(corpus, dir, { format: 'p12', password: 'x' });
    const server = tls.createServer({
      cert: readFileSync(join(dir, 'server.crt')),
      key: readFileSync(join(dir, 'server.key')),
      ca: readFileSync(join(dir, 'ca.crt')),
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const client = tls.connect({
        ...{ host: '127.0.0.1', port, servername: 'localhost', ca: readFileSync(join(dir, 'ca.crt')) },
        ...{ pfx: readFileSync(join(dir, 'good-00002.p12')), passphrase: 'x' },
      });
      const [socket]: tls.TLSSocket[] = await once(server, 'secureConnection');
      expect(socket?.authorized).toBe(true);
      expect(socket?.getPeerCertificate().subject.CN).toBe('good-00002');
      client.destroy();
      socket?.destroy();
    } finally {
      server.close();
    }
  });
});

test('a bundle has the key and the chain in one file that is private', async () => {
  const dir = join(folder, 'bundle');
  await writePemFolder(corpus, dir, { format: 'bundle' });
  const file = join(dir, 'good-00001.pem');
  expect(blocks(readFileSync(file, 'latin1'))).toHaveLength(1 + 3);
  expect(mode(file)).toBe('600');
  expect(new X509Certificate(readFileSync(file)).checkPrivateKey(createPrivateKey(readFileSync(file)))).toBe(
    true,
  );
  const row = readFileSync(join(dir, 'index.csv'), 'utf8').split('\r\n')[1];
  expect(row?.split(',').slice(-2)).toEqual(['good-00001.pem', 'good-00001.pem']);
});

test('an unknown format is refused, with those that are known', async () => {
  await expect(writePemFolder(corpus, join(folder, 'jks'), { format: 'jks' })).rejects.toMatchObject({
    code: 'bad-spec',
    message: 'There is no format "jks"; known are pem, p12, bundle.',
  });
  expect(existsSync(join(folder, 'jks'))).toBe(false);
});

describe('a large folder', () => {
  const many = { ...spec, cohorts: [{ name: 'c', defect: 'none', identities: 2_050 }] };

  test('is spread over subfolders, can be interrupted, and what is listed then is there', async () => {
    const stored = await storeCorpus({ ...many, authorities: {} }, { cacheDir });
    const dir = join(folder, 'large');
    const controller = new AbortController();
    const reason = new Error('stop');
    const interrupted = writePemFolder(stored, dir, {
      naming: 'number',
      format: 'bundle',
      shardFrom: 2_000,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= 1200) controller.abort(reason);
      },
    });
    await expect(interrupted).rejects.toBe(reason);
    const listed = readFileSync(join(dir, 'index.csv'), 'utf8').trim().split('\r\n').slice(1);
    expect(listed).toHaveLength(1200);
    for (const row of listed) {
      const [certificate = '', key = ''] = row.split(',').slice(-2);
      expect([existsSync(join(dir, certificate)), existsSync(join(dir, key))]).toEqual([true, true]);
    }
    expect(readdirSync(dir).filter((name) => /^\d+$/.test(name))).toEqual(['001', '002']);

    // Damage that a killed call may have done is mended; what is right stays as it is.
    writeFileSync(join(dir, '001/c00001.pem'), '');
    const before = statSync(join(dir, '001/c00002.pem')).ino;
    const folderNow = await writePemFolder(stored, dir, {
      naming: 'number',
      format: 'bundle',
      shardFrom: 2_000,
    });
    expect(folderNow).toMatchObject({ identities: 2_050, kept: 1199 });
    expect(statSync(join(dir, '001/c00002.pem')).ino).toBe(before);
    expect(createPrivateKey(readFileSync(join(dir, '001/c00001.pem'))).type).toBe('private');
    expect(readFileSync(join(dir, 'index.csv'), 'utf8').trim().split('\r\n')).toHaveLength(2_051);
    expect(readFileSync(join(dir, 'index.txt'), 'utf8').trim().split('\n')).toHaveLength(2_050);
    expect(readdirSync(dir).filter((name) => /^\d+$/.test(name))).toHaveLength(3);
    expect(readdirSync(join(dir, '003'))).toHaveLength(50);
  });
});

describe('openssl’s index', () => {
  test('has the reasons that openssl knows, and no serial number twice', async () => {
    const cohorts = [
      'revoked-key-compromise',
      'revoked-privilege-withdrawn',
      'zero-serial',
      'shared-serial',
      'random-bytes',
    ].map((name) => ({ name, defect: name, identities: 4 }));
    const some = await makeCorpus({ ...spec, authorities: {}, cohorts }, { cacheDir });
    const dir = join(folder, 'index');
    await writePemFolder(some, dir);
    const rows = readFileSync(join(dir, 'index.txt'), 'utf8').trim().split('\n');
    expect(rows.filter((row) => row.includes('250501000000Z,keyCompromise'))).toHaveLength(4);
    expect(rows).toHaveLength(4 + 4 + 1 + 2);
    const issuer = ['-issuer', join(dir, 'ca.crt'), '-serial', `0x${rows[0]?.split('\t')[3]}`];
    const request = join(folder, 'request.der');
    openssl(['ocsp', ...issuer, '-no_nonce', '-reqout', request]);
    const signer = ['-rsigner', join(dir, 'server.crt'), '-rkey', join(dir, 'server.key'), '-noverify'];
    const index = ['-index', join(dir, 'index.txt'), '-CA', join(dir, 'ca.crt'), '-reqin', request];
    expect(openssl(['ocsp', ...index, ...signer, '-resp_text'])).toMatch(
      /revoked\s+.*\s+Revocation Reason: keyCompromise/,
    );
  });
});

describe('the cache’s garbage', () => {
  const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60 * 1000);
  const filesIn = (dir: string): string[] =>
    readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(dir, path)).isFile(),
    );

  test('is what nobody used for so long; what a run touches is kept, what is not ours stays', async () => {
    const dir = join(folder, 'garbage');
    const small = (seed: number) => ({ ...spec, seed });
    const old = await makeCorpus(small(1), { cacheDir: dir });
    await makeCorpus(small(2), { cacheDir: dir });
    mkdirSync(join(dir, 'mine'));
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    writeFileSync(join(old.dir, 'cohort.txt'), 'mine');
    for (const path of filesIn(dir)) utimesSync(join(dir, path), days(31), days(31));
    // Loading a corpus says that it is in use.
    await makeCorpus(small(2), { cacheDir: dir });
    const { files, keptFiles } = collectGarbage(dir, 30 * 24 * 60 * 60 * 1000);
    expect(files).toBeGreaterThan(10);
    expect(filesIn(dir)).toHaveLength(keptFiles + 2);
    expect(readdirSync(old.dir)).toEqual(['cohort.txt']);
    expect((await makeCorpus(small(2), { cacheDir: dir })).made.remade).toBe(0);
    expect((await makeCorpus(small(1), { cacheDir: dir })).made.reused).toBe(0);
  });

  test('of a cache that is not there is none', () => {
    expect(collectGarbage(join(folder, 'nowhere'), 0)).toEqual({ files: 0, bytes: 0, keptFiles: 0 });
  });
});
