import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { issuerNamed, makeAuthority } from '../../src/pki/authority.ts';
import { writePrivateFile } from '../../src/pki/cache.ts';
import { makeCorpus, storeCorpus } from '../../src/pki/corpus.ts';
import { type CrlOrder, makeCrl } from '../../src/pki/crl.ts';
import { hierarchyOf } from '../../src/pki/hierarchy.ts';
import type { CorpusSpec } from '../../src/pki/identity.ts';
import { pem } from '../../src/pki/pem.ts';
import { algorithmNamed } from '../../src/pki/registry.ts';

/** One measurement; each runs in a process of its own, so that its memory is its own. Milliseconds of wall time unless the name says else. */
export type Case = (dir: string) => Promise<Record<string, number | string | boolean>>;

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

export const plainSpec = (identities: number, more: Partial<CorpusSpec> = {}): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 0,
  cohorts: [{ name: 'good', defect: 'none', identities }],
  ...more,
});

const folderMiB = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) / 2 ** 20;

/** Every identity in memory, as a storm has them: cold, and from the cache. */
const inMemory =
  (spec: CorpusSpec): Case =>
  async (dir) => {
    const cpu = process.cpuUsage();
    const cold = await makeCorpus(spec, { cacheDir: dir });
    const { user, system } = process.cpuUsage(cpu);
    const coldPeakRssMiB = peakRssMiB();
    const warm = await makeCorpus(spec, { cacheDir: dir });
    return {
      identities: cold.made.identities,
      coldMs: rounded(cold.made.ms),
      coldCpuMs: rounded((user + system) / 1000),
      coldPeakRssMiB,
      fromCacheMs: rounded(warm.made.ms),
      cacheMiB: rounded(folderMiB(cold.dir)),
    };
  };

/** On disk alone, as `certstorm pki` makes them. */
const onDisk =
  (spec: CorpusSpec): Case =>
  async (dir) => {
    const { made } = await storeCorpus(spec, { cacheDir: dir });
    return { identities: made.identities, coldMs: rounded(made.ms) };
  };

/** The pool is made first, and its cost told apart: it serves every later corpus. */
const pooled =
  (spec: CorpusSpec): Case =>
  async (dir) => {
    const pool = await storeCorpus(
      { ...spec, cohorts: [{ name: 'pool', defect: 'none', identities: 1 }] },
      { cacheDir: dir },
    );
    const { made } = await storeCorpus(spec, { cacheDir: dir });
    return { identities: made.identities, poolMs: rounded(pool.made.ms), coldMs: rounded(made.ms) };
  };

const crl =
  (entries: number): Case =>
  async (dir) => {
    const spec = plainSpec(1);
    const [plan] = hierarchyOf(spec).plans;
    if (!plan) throw new Error('a hierarchy has a root');
    const made = new Map([[plan.name, { ...makeAuthority(plan, spec.seed, {}, new Map()), plan }]]);
    const order: CrlOrder = {
      seed: spec.seed,
      stream: 'crl',
      algorithm: algorithmNamed(spec.algorithm),
      issuer: issuerNamed(made, plan.name),
      list: { revoked: [], padding: entries, paddingFrom: 0, crlNumber: 1, extensions: [] },
      defect: {},
    };
    const start = performance.now();
    const { der } = makeCrl(order);
    const signed = performance.now();
    const text = pem('X509 CRL', der);
    const encoded = performance.now();
    const file = join(dir, 'crl.pem');
    writePrivateFile(file, text, true);
    const written = performance.now();
    const read = await entriesThatOpensslReads(file);
    return {
      entries,
      derMs: rounded(signed - start),
      pemMs: rounded(encoded - signed),
      diskMs: rounded(written - encoded),
      totalMs: rounded(written - start),
      derMiB: rounded(der.length / 2 ** 20),
      // Ours alone: openssl's is a process of its own.
      opensslReads: read === entries,
      opensslMs: rounded(performance.now() - written),
    };
  };

/** How many entries `openssl crl -text` lists; the text of a million is 120 MB, so that it is counted as it comes. Null where it fails. */
function entriesThatOpensslReads(file: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('openssl', ['crl', '-in', file, '-noout', '-text'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const label = Buffer.from('    Serial Number: ');
    let [count, rest] = [0, Buffer.alloc(0)];
    child.stdout.on('data', (chunk: Buffer) => {
      const text = Buffer.concat([rest, chunk]);
      let at = 0;
      for (let found = text.indexOf(label); found >= 0; found = text.indexOf(label, at)) {
        count += 1;
        at = found + label.length;
      }
      rest = text.subarray(Math.max(at, text.length - label.length + 1));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? count : null));
  });
}

export const peakRssMiB = (): number => rounded(process.resourceUsage().maxRSS / 1024);

const rsa = { keys: 'pooled', keyPool: 200 } as const;

export const cases: Record<string, Case> = {
  'p256-10000': inMemory(plainSpec(10_000)),
  'p256-10000-on-disk': onDisk(plainSpec(10_000)),
  'p256-100000-on-disk': onDisk(plainSpec(100_000)),
  'p256-300000-on-disk': onDisk(plainSpec(300_000)),
  'rsa2048-pooled-10000-p256-ca': pooled(
    plainSpec(10_000, { ...rsa, algorithm: 'rsa-2048', caAlgorithm: 'ecdsa-p256' }),
  ),
  'rsa2048-pooled-10000-rsa-ca': pooled(plainSpec(10_000, { ...rsa, algorithm: 'rsa-2048' })),
  'crl-100000': crl(100_000),
  'crl-1000000': crl(1_000_000),
};
