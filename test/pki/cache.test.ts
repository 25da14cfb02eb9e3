import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Corpus, CorpusSpec } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { putWholeFile } from '../../src/pki/whole-file.ts';
import { identitiesOf, openssl, scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();
let caches = 0;
const freshCache = (): string => join(folder, `cache-${++caches}`);

const spec: CorpusSpec = {
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 20,
  cohorts: [
    { name: 'good', defect: 'none', identities: 5 },
    { name: 'revoked', defect: 'revoked', identities: 4 },
    { name: 'expired', defect: 'expired', identities: 3 },
  ],
};

/** A cache with the corpus in it, copied from one that was made once. */
async function warmCache(): Promise<{ cacheDir: string; first: Corpus }> {
  const template = join(folder, 'template');
  await makeCorpus(spec, { cacheDir: template });
  const cacheDir = freshCache();
  execFileSync('cp', ['-rp', template, cacheDir]);
  return { cacheDir, first: await makeCorpus(spec, { cacheDir }) };
}

/** Every path below the cache, relative. */
const files = (cacheDir: string): string[] =>
  readdirSync(cacheDir, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(cacheDir, path)).isFile())
    .toSorted();

const keys = (corpus: Corpus, cohort: string): string[] =>
  identitiesOf(corpus, cohort).map(({ key }) => Buffer.from(key ?? []).toString('hex'));

/** The pack of a cohort, by the client id written in it. */
function packOf(corpus: Corpus, cohort: string): string {
  const name = readdirSync(corpus.dir).find(
    (file) => file.startsWith('cohort-') && readFileSync(join(corpus.dir, file)).includes(`${cohort}-00001`),
  );
  if (!name) throw new Error(`no pack of ${cohort}`);
  return join(corpus.dir, name);
}

/** Every certificate of the corpus was issued by the CA that is in it, and the CRL too. */
function expectConsistent(corpus: Corpus): void {
  const leaves = join(folder, 'leaves.pem');
  const text = identitiesOf(corpus, 'good')
    .slice(0, 3)
    .flatMap(({ chain }) => chain.map((leaf) => openssl(['x509', '-inform', 'DER'], leaf)));
  for (const leaf of text) {
    writeFileSync(leaves, leaf);
    openssl(['verify', '-CAfile', corpus.clientCaFile, '-CRLfile', corpus.crlFile, '-crl_check', leaves]);
  }
}

describe('a second run', () => {
  test('takes everything from the cache, and touches nothing', async () => {
    const cacheDir = freshCache();
    const first = await makeCorpus(spec, { cacheDir });
    expect(first.made).toMatchObject({ identities: 12, reused: 0, remade: 12 });
    const before = files(cacheDir).map((path) => [path, statSync(join(cacheDir, path)).mtimeMs]);
    const second = await makeCorpus(spec, { cacheDir });
    expect(second.made).toMatchObject({ identities: 12, reused: 12, remade: 0 });
    expect(files(cacheDir).map((path) => [path, statSync(join(cacheDir, path)).mtimeMs])).toEqual(before);
    expect({ ...second, made: null }).toEqual({ ...first, made: null });
  });

  test('with one cohort changed makes that cohort alone', async () => {
    const { cacheDir, first } = await warmCache();
    const changed = spec.cohorts.map((cohort) =>
      cohort.name === 'expired' ? { ...cohort, identities: 6 } : cohort,
    );
    const second = await makeCorpus({ ...spec, cohorts: changed }, { cacheDir });
    expect(second.made).toMatchObject({ identities: 15, reused: 9, remade: 6 });
    expect(keys(second, 'good')).toEqual(keys(first, 'good'));
    expect(second.crlFile).toBe(first.crlFile);
    expect(second.clientCaFile).toBe(first.clientCaFile);
  });

  test('with more revoked, or more entries, makes the CRL anew', async () => {
    const { cacheDir, first } = await warmCache();
    const longer = await makeCorpus({ ...spec, crlEntries: 21 }, { cacheDir });
    expect(longer.made.remade).toBe(0);
    expect(longer.crlFile).not.toBe(first.crlFile);
    expect(longer.crl.entries).toBe(21);
    const changed = spec.cohorts.map((cohort) =>
      cohort.name === 'revoked' ? { ...cohort, identities: 5 } : cohort,
    );
    const more = await makeCorpus({ ...spec, cohorts: changed }, { cacheDir });
    expect(more.crlFile).not.toBe(first.crlFile);
  });
});

const damages: [string, (path: string) => void][] = [
  ['cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, -1))],
  ['emptied', (path) => writeFileSync(path, '')],
  ['flipped in its last byte', (path) => flip(path, -1)],
  ['flipped in its first byte', (path) => flip(path, 0)],
  ['flipped in its middle', (path) => flip(path, Math.floor(statSync(path).size / 2))],
  ['made longer', (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(1)]))],
  ['something else altogether', (path) => writeFileSync(path, 'hello\n'.repeat(1000))],
  ['open to others', (path) => chmodSync(path, 0o644)],
];

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

describe.each(damages)('a file that is %s is noticed', (_, damage) => {
  test('and only what depends on it is made again', async () => {
    const { cacheDir, first } = await warmCache();
    const count = files(cacheDir).length;
    for (const path of [packOf(first, 'revoked'), first.crlFile, first.clientCaFile, first.serverKeyFile]) {
      damage(path);
    }
    const second = await makeCorpus(spec, { cacheDir });
    expect(second.made).toMatchObject({ reused: 8, remade: 4 });
    expect(keys(second, 'good')).toEqual(keys(first, 'good'));
    expect(keys(second, 'revoked')).not.toEqual(keys(first, 'revoked'));
    expect(files(cacheDir)).toHaveLength(count);
    expectConsistent(second);
    expect((await makeCorpus(spec, { cacheDir })).made.remade).toBe(0);
  });
});

describe.each(damages.slice(0, 3))('CAs in a file that is %s', (_, damage) => {
  test('are made again, and everything with them', async () => {
    const { cacheDir, first } = await warmCache();
    const packs = readdirSync(cacheDir).filter((file) => file.startsWith('authority-'));
    expect(packs).toHaveLength(2);
    for (const name of packs) damage(join(cacheDir, name));
    const second = await makeCorpus(spec, { cacheDir });
    expect(second.made).toMatchObject({ reused: 0, remade: 12 });
    expect(second.dir).not.toBe(first.dir);
    expectConsistent(second);
  });
});

describe('a foreign file is noticed', () => {
  test('a whole pack of another cohort, under the wrong name', async () => {
    const { cacheDir, first } = await warmCache();
    writeFileSync(packOf(first, 'expired'), readFileSync(packOf(first, 'good')));
    const second = await makeCorpus(spec, { cacheDir });
    expect(second.made).toMatchObject({ reused: 9, remade: 3 });
    expect(identitiesOf(second, 'expired')[0]?.clientId).toBe('expired-00001');
  });

  test('a link to somewhere else, which is then not written through', async () => {
    const { cacheDir, first } = await warmCache();
    const pack = packOf(first, 'good');
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(pack), { mode: 0o600 });
    rmSync(pack);
    symlinkSync(elsewhere, pack);
    const second = await makeCorpus(spec, { cacheDir });
    expect(second.made.remade).toBe(5);
    expect(keys(second, 'good')).not.toEqual(keys(first, 'good'));
    expect(readFileSync(elsewhere, 'hex').includes(keys(first, 'good')[0] ?? '-')).toBe(true);
  });
});

describe('two makers at once', () => {
  test('share the cache without harm, and leave nothing but the cache behind', async () => {
    const cacheDir = freshCache();
    const run = async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(import.meta.dirname, 'make-corpus.ts'),
        cacheDir,
        '60',
      ]);
      return JSON.parse(stdout) as { dir: string; crlFile: string; leaves: number[]; made: object };
    };
    const results = await Promise.all([run(), run(), run()]);
    for (const { dir, crlFile, leaves } of results) {
      expect(dir).toBe(results[0]?.dir);
      expect(crlFile).toBe(results[0]?.crlFile);
      expect(leaves.filter((length) => length > 400)).toHaveLength(480);
    }
    const after = await makeCorpus(everydayDefects(60), { cacheDir });
    expect(after.made).toMatchObject({ reused: 480, remade: 0 });
    expectConsistent(after);
    // The CA, the server and the unknown CA, eight cohorts, a CRL and its pointer, CA, server's certificate and key.
    expect(files(cacheDir)).toHaveLength(3 + 8 + 2 + 3);
  });
});

describe('permissions', () => {
  test('are 0700 and 0600 even under umask 000', async () => {
    const cacheDir = join(freshCache(), 'new', 'cache');
    await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'make-corpus.ts'), cacheDir, '1']);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(cacheDir)).toBe('700');
    for (const path of readdirSync(cacheDir, { recursive: true, encoding: 'utf8' })) {
      const found = statSync(join(cacheDir, path));
      expect([path, mode(join(cacheDir, path))]).toEqual([path, found.isDirectory() ? '700' : '600']);
    }
  });

  test('of a folder that was there before stay as they were', async () => {
    const cacheDir = freshCache();
    mkdirSync(cacheDir, { mode: 0o755 });
    await makeCorpus(spec, { cacheDir });
    expect(statSync(cacheDir).mode & 0o777).toBe(0o755);
  });
});

describe('an interrupted run', () => {
  test('ends with the signal’s reason, leaves no temporary file, and the next run goes on from there', async () => {
    const cacheDir = freshCache();
    const controller = new AbortController();
    const big = everydayDefects(600);
    const reason = new Error('stop');
    const making = makeCorpus(big, {
      cacheDir,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done > 1000) controller.abort(reason);
      },
    });
    await expect(making).rejects.toBe(reason);
    expect(files(cacheDir).filter((path) => path.includes('.tmp-'))).toEqual([]);
    const next = await makeCorpus(big, { cacheDir });
    expect(next.made.identities).toBe(4800);
    expect(next.made.reused).toBeGreaterThan(0);
    expectConsistent(next);
  });

  test('does nothing at all when it was stopped before it began', async () => {
    const cacheDir = freshCache();
    await expect(makeCorpus(spec, { cacheDir, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(() => statSync(cacheDir)).toThrow(/ENOENT/);
  });

  test('that was killed leaves a temporary file, which a later run removes once it is old', async () => {
    const cacheDir = freshCache();
    const { dir } = await makeCorpus(spec, { cacheDir });
    const [old, young] = [join(dir, '.tmp-1-old'), join(dir, '.tmp-1-young')];
    for (const path of [old, young]) writeFileSync(path, 'half');
    utimesSync(old, new Date(0), new Date(0));
    await makeCorpus(spec, { cacheDir });
    expect(
      files(cacheDir)
        .filter((path) => path.includes('.tmp-'))
        .map((path) => path.split('/').at(-1)),
    ).toEqual(['.tmp-1-young']);
  });
});

describe('a cache that can’t be written', () => {
  test.each([
    ['below a file', () => join(folder, 'a-file', 'cache')],
    ['in a file system that takes no folders', () => '/proc/certstorm'],
  ])('%s is said so in one sentence', async (_, place) => {
    writeFileSync(join(folder, 'a-file'), '');
    await expect(makeCorpus(spec, { cacheDir: place() })).rejects.toMatchObject({
      name: 'PkiError',
      code: 'cache-unwritable',
      message: expect.stringContaining(`at ${place()}`),
    });
  });

  test('because the last step fails leaves no part of a file', () => {
    const dir = freshCache();
    mkdirSync(join(dir, 'taken'), { recursive: true });
    expect(() => putWholeFile(join(dir, 'taken'), Buffer.from('x'), 0o600, true)).toThrow(/EISDIR|ENOTEMPTY/);
    expect(readdirSync(dir)).toEqual(['taken']);
  });
});
