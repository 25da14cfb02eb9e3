import { hash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { KeyPair } from './algorithms/algorithm.ts';
import { type Authorities, madeNamed } from './authority.ts';
import { makePrivateDirectory, sweepAbandoned } from './cache.ts';
import { obtainCrls } from './crl-store.ts';
import { clientIdOf, type KeyPools } from './forge.ts';
import { extraAuthorities, type Hierarchy, hierarchyOf } from './hierarchy.ts';
import type { CohortSpec, Corpus, CorpusSpec, Identity } from './identity.ts';
import { makeChunks } from './makers.ts';
import { recordIdentity } from './pack.ts';
import { pem } from './pem.ts';
import { publishedCrls } from './published-crls.ts';
import { type Chunk, chunksOf, recipeOf } from './recipes.ts';
import { algorithmNamed, crlDefectNamed, crlKindNamed, defectNamed } from './registry.ts';
import { algorithmWeights } from './revocation.ts';
import { checkSpec } from './spec.ts';
import {
  contentAddress,
  loadPack,
  obtainAuthorities,
  obtainFile,
  obtainKeyPool,
  sha256,
  storePack,
  writePack,
} from './store.ts';

/** Identities that carry a certificate: ready (from the cache or made) out of all of the corpus; or keys of a pool, out of that pool. */
export type CorpusProgress = { done: number; total: number; cohort: string };

export type CorpusOptions = {
  /** Made (mode 0700) where it is not there. */
  cacheDir: string;
  /** Threads that make what is missing; default one for each core. */
  threads?: number;
  onProgress?: (progress: CorpusProgress) => void;
  /** Ends the making; what is finished stays in the cache, and the next call goes on from there. */
  signal?: AbortSignal;
};

/** Identities `from` … of a cohort, in their order. */
export type Stretch = { cohort: CohortSpec; from: number; identities: Identity[] };

/** A corpus whose identities are on disk and are read as they are needed, a stretch at a time. */
export type StoredCorpus = Omit<Corpus, 'cohorts'> & {
  /** All cohorts in their order, each from its first identity to its last. Throws PkiError `cache-unwritable` where a file is gone. */
  stretches: () => Iterable<Stretch>;
  /** Names these very identities. */
  identitiesDigest: string;
};

const defaultKeyPool = 200;

/**
 * The corpus of a spec: what is in the cache is loaded, what is missing is made and stored. Equal specs give equal corpora in all but
 * keys and signatures, whatever the number of threads. A cohort whose defect is to have no certificate gets at least one identity.
 *
 * Throws PkiError: `bad-spec`, `cache-unwritable`, `maker-failed`; the signal's reason when aborted.
 *
 * @example
 * const corpus = await makeCorpus(
 *   { seed: 7, algorithm: 'ecdsa-p256', crlEntries: 1000, cohorts: [{ name: 'good', defect: 'none', identities: 500 }] },
 *   { cacheDir: '/var/cache/certstorm' },
 * );
 */
export async function makeCorpus(spec: CorpusSpec, options: CorpusOptions): Promise<Corpus> {
  const startedAt = performance.now();
  const identities = new Map<string, Identity[]>(spec.cohorts.map(({ name }) => [name, []]));
  const byChunk = new Map<string, Identity[]>();
  const {
    stretches: _,
    identitiesDigest: __,
    ...stored
  } = await storeCorpus(spec, options, (chunk, made) => {
    byChunk.set(`${chunk.recipe.cohort}/${chunk.from}`, made);
  });
  for (const cohort of spec.cohorts) {
    const own = identities.get(cohort.name) ?? [];
    if (!defectNamed(cohort.defect).certificate) own.push(...withoutCertificate(cohort));
    for (let from = 0; from < cohort.identities; ) {
      const piece = byChunk.get(`${cohort.name}/${from}`);
      if (piece === undefined) break;
      for (const identity of piece) own.push(identity);
      from += piece.length;
    }
  }
  return {
    ...stored,
    cohorts: spec.cohorts.map(({ name, defect }) => {
      const { lie } = defectNamed(defect);
      return {
        name,
        defect,
        identities: identities.get(name) ?? [],
        ...(lie !== undefined && { lie }),
      };
    }),
    made: { ...stored.made, ms: performance.now() - startedAt },
  };
}

/**
 * The same, on disk alone: memory does not grow with the number of identities. `onReady` sees each chunk that was loaded or made.
 *
 * Throws as `makeCorpus` does.
 */
export async function storeCorpus(
  spec: CorpusSpec,
  options: CorpusOptions,
  onReady?: (chunk: Chunk, identities: Identity[]) => void,
): Promise<StoredCorpus> {
  const startedAt = performance.now();
  checkSpec(spec);
  options.signal?.throwIfAborted();
  const cacheDir = resolve(options.cacheDir);
  makePrivateDirectory(cacheDir, false);
  sweepAbandoned(cacheDir);
  const hierarchy = hierarchyOf(spec);
  const about = { seed: spec.seed, fixed: spec.fixedKeys === true };
  const regular = obtainAuthorities(cacheDir, hierarchy.plans, about);
  const dir = join(cacheDir, fingerprintOf(hierarchy, regular));
  makePrivateDirectory(dir, true);
  sweepAbandoned(dir);
  const crlKind = crlKindNamed(spec.crl?.kind ?? 'direct');
  const strangers = crlDefectNamed(spec.crl?.defect ?? 'none').published === false ? ['unknown-ca'] : [];
  const extra = extraAuthorities(spec, hierarchy, [...(crlKind.needs ?? []), ...strangers]);
  const made = obtainAuthorities(dir, extra, about, regular);

  const pools = await obtainPools(cacheDir, spec, options);
  const chunks = spec.cohorts
    .filter(({ defect }) => defectNamed(defect).certificate)
    .flatMap((cohort) => {
      const recipe = recipeOf(spec, cohort, hierarchy, made);
      const shared = Object.keys(recipe.algorithms).flatMap((name) => pools[name] ?? []);
      return chunksOf(dir, recipe, cohort.identities, shared);
    });
  const { total, reused } = await obtainChunks(chunks, pools, options, onReady);
  const crl = obtainCrls(dir, publishedCrls(spec, hierarchy, made));
  const pemOf = (names: readonly string[]) =>
    Buffer.concat(names.map((name) => pem('CERTIFICATE', madeNamed(made, name).certificate)));
  const server = madeNamed(made, 'server');
  return {
    dir,
    clientCaFile: obtainFile(join(dir, 'ca.crt'), pemOf(hierarchy.trusted)),
    // The broker's own certificate is the first root's, and clients need no other CA.
    serverCaFile:
      hierarchy.trusted.length === 1
        ? join(dir, 'ca.crt')
        : obtainFile(join(dir, 'server-ca.crt'), pemOf(['client-ca'])),
    serverCertFile: obtainFile(join(dir, 'server.crt'), pemOf(['server'])),
    serverKeyFile: obtainFile(join(dir, 'server.key'), pem('PRIVATE KEY', server.pkcs8)),
    crlFile: crl.file,
    crl: { bytes: crl.bytes, entries: crl.entries },
    password: hash('sha256', `certstorm/password/${spec.seed}`, 'base64url').slice(0, 24),
    made: { identities: total, reused, remade: total - reused, ms: performance.now() - startedAt },
    warnings: warningsOf(spec, pools),
    stretches: () => stretchesOf(spec, chunks),
    identitiesDigest: contentAddress(...chunks.map(({ address }) => address)),
  };
}

/** Names these very CAs: what lies in a corpus's folder was issued by them. */
function fingerprintOf({ plans, trusted }: Hierarchy, made: Authorities): string {
  const certificates = plans.map(({ name }) => sha256(madeNamed(made, name).certificate));
  return contentAddress(...certificates, ...trusted).slice(0, 32);
}

/** Pools for the algorithms of the cohorts, where keys are shared. */
async function obtainPools(cacheDir: string, spec: CorpusSpec, options: CorpusOptions): Promise<KeyPools> {
  if (spec.keys !== 'pooled') return {};
  const total = spec.keyPool ?? defaultKeyPool;
  const carrying = spec.cohorts.filter(({ defect }) => defectNamed(defect).certificate);
  const names = new Set(carrying.flatMap((cohort) => Object.keys(algorithmWeights(spec, cohort))));
  const pools: Record<string, readonly KeyPair[]> = {};
  for (const name of names) {
    let done = 0;
    pools[name] = await obtainKeyPool(cacheDir, algorithmNamed(name).name, total, {
      threads: options.threads,
      signal: options.signal,
      onKeys: (more) => {
        done += more;
        options.onProgress?.({ done, total, cohort: `${name} keys` });
      },
    });
  }
  return pools;
}

/** Loads the chunks that are there, makes and stores the others. */
async function obtainChunks(
  chunks: readonly Chunk[],
  pools: KeyPools,
  { threads, signal, onProgress }: CorpusOptions,
  onReady: ((chunk: Chunk, identities: Identity[]) => void) | undefined,
): Promise<{ total: number; reused: number }> {
  const total = chunks.reduce((sum, { from, to }) => sum + to - from, 0);
  let done = 0;
  const progress = (cohort: string, more: number) => {
    done += more;
    onProgress?.({ done, total, cohort });
  };
  const missing = chunks.filter((chunk) => {
    const records = loadPack(chunk.path, chunk.address);
    if (!records) return true;
    onReady?.(chunk, records.map(recordIdentity));
    progress(chunk.recipe.cohort, chunk.to - chunk.from);
    return false;
  });
  const reused = done;
  await makeChunks(missing, pools, {
    threads,
    signal,
    onPiece: progress,
    onChunk: (chunk, pieces) => {
      const { path, address, from, to } = chunk;
      if (onReady === undefined) writePack(path, address, to - from, pieces);
      else onReady(chunk, storePack(path, address, to - from, pieces).map(recordIdentity));
    },
  });
  return { total, reused };
}

function* stretchesOf(spec: CorpusSpec, chunks: readonly Chunk[]): Iterable<Stretch> {
  for (const cohort of spec.cohorts) {
    if (!defectNamed(cohort.defect).certificate)
      yield { cohort, from: 0, identities: withoutCertificate(cohort) };
    for (const { recipe, from, path, address } of chunks) {
      if (recipe.cohort !== cohort.name) continue;
      const records = loadPack(path, address);
      if (!records) throw new Error(`${path} was there a moment ago and is gone or damaged; run it again`);
      yield { cohort, from, identities: records.map(recordIdentity) };
    }
  }
}

function warningsOf(spec: CorpusSpec, pools: KeyPools): string[] {
  const shared = Object.entries(pools).map(
    ([name, pool]) => `all ${name} identities share ${pool.length} keys (keys: pooled)`,
  );
  return spec.fixedKeys
    ? [
        'ANYBODY CAN COMPUTE THESE PRIVATE KEYS (fixedKeys: true): use them for tests that compare files, and never trust this CA',
        ...shared,
      ]
    : shared;
}

/** Such a client has a name and nothing else; a storm needs one of them even where the plan counts none. */
function withoutCertificate(cohort: CohortSpec): Identity[] {
  return Array.from({ length: Math.max(1, cohort.identities) }, (_, index) => ({
    clientId: clientIdOf(cohort.name, index),
    key: null,
    chain: [],
  }));
}
