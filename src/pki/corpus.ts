import { hash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Authorities, authorityName, type Issuer, keyIdentifier } from './authority.ts';
import { makePrivateDirectory, sweepAbandoned } from './cache.ts';
import { obtainCrl } from './crl-store.ts';
import { publicKeyBits } from './der-reader.ts';
import type { CohortRecipe } from './forge.ts';
import { clientIdOf } from './forge.ts';
import type { CohortSpec, Corpus, CorpusSpec, Identity } from './identity.ts';
import { type MissingCohort, makeCohorts } from './makers.ts';
import { type PackRecord, recordIdentity } from './pack.ts';
import { pem } from './pem.ts';
import { algorithmNamed, defectNamed } from './registry.ts';
import { revokedSerials } from './revocation.ts';
import { checkSpec } from './spec.ts';
import { cohortPlace, loadPack, obtainAuthorities, obtainFile, storePack } from './store.ts';

/** Identities that carry a certificate: ready (from the cache or made) out of all of the corpus. */
export type CorpusProgress = { done: number; total: number; cohort: string };

export type CorpusOptions = {
  /** Made (mode 0700) where it is not there. */
  cacheDir: string;
  /** Threads that make what is missing; default one for each core. */
  threads?: number;
  onProgress?: (progress: CorpusProgress) => void;
  /** Ends the making; whole cohorts made before stay in the cache. */
  signal?: AbortSignal;
};

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
  checkSpec(spec);
  options.signal?.throwIfAborted();
  const cacheDir = resolve(options.cacheDir);
  const algorithm = algorithmNamed(spec.algorithm);
  makePrivateDirectory(cacheDir, false);
  sweepAbandoned(cacheDir);
  const { authorities, fingerprint } = obtainAuthorities(cacheDir, spec.seed, algorithm);
  const dir = join(cacheDir, fingerprint);
  makePrivateDirectory(dir, true);
  sweepAbandoned(dir);

  const recipeOf = (cohort: CohortSpec): CohortRecipe => {
    const defect = defectNamed(cohort.defect);
    const by = defect.issuer ?? 'client-ca';
    const issuer = by === 'self' ? null : issuerOf(authorities, by, spec.seed);
    return { seed: spec.seed, cohort: cohort.name, algorithm, defect, issuer };
  };
  const { identities, reused, remade } = await obtainCohorts(dir, spec, recipeOf, options);
  const crl = obtainCrl(dir, {
    seed: spec.seed,
    algorithm,
    issuer: issuerOf(authorities, 'client-ca', spec.seed),
    revoked: revokedSerials(spec),
    entries: spec.crlEntries,
  });
  const { 'client-ca': ca, server } = authorities;
  const caFile = obtainFile(join(dir, 'ca.crt'), pem('CERTIFICATE', ca.certificate));
  return {
    dir,
    clientCaFile: caFile,
    serverCaFile: caFile,
    serverCertFile: obtainFile(join(dir, 'server.crt'), pem('CERTIFICATE', server.certificate)),
    serverKeyFile: obtainFile(join(dir, 'server.key'), pem('PRIVATE KEY', server.pkcs8)),
    crlFile: crl.file,
    crl: { bytes: crl.bytes, entries: crl.entries },
    cohorts: spec.cohorts.map(({ name, defect }) => ({
      name,
      defect,
      identities: identities.get(name) ?? [],
    })),
    password: hash('sha256', `certstorm/password/${spec.seed}`, 'base64url').slice(0, 24),
    made: { identities: reused + remade, reused, remade, ms: performance.now() - startedAt },
  };
}

function issuerOf(authorities: Authorities, which: 'client-ca' | 'unknown-ca', seed: number): Issuer {
  const { pkcs8, certificate } = authorities[which];
  return { name: authorityName(which, seed), keyId: keyIdentifier(publicKeyBits(certificate)), pkcs8 };
}

type Obtained = { identities: Map<string, Identity[]>; reused: number; remade: number };

/** Loads the cohorts that are there, makes and stores the others. */
async function obtainCohorts(
  dir: string,
  spec: CorpusSpec,
  recipeOf: (cohort: CohortSpec) => CohortRecipe,
  { threads, signal, onProgress }: CorpusOptions,
): Promise<Obtained> {
  const identities = new Map<string, Identity[]>();
  const missing: MissingCohort[] = [];
  const places = new Map<string, { path: string; address: string; count: number }>();
  const take = (cohort: string, records: PackRecord[]) => identities.set(cohort, records.map(recordIdentity));

  const withCertificate = spec.cohorts.filter(({ defect }) => defectNamed(defect).certificate);
  const total = withCertificate.reduce((sum, cohort) => sum + cohort.identities, 0);
  let done = 0;
  const progress = (cohort: string, more: number) => {
    done += more;
    onProgress?.({ done, total, cohort });
  };

  for (const cohort of spec.cohorts) {
    if (!withCertificate.includes(cohort)) {
      identities.set(cohort.name, withoutCertificate(cohort));
      continue;
    }
    const recipe = recipeOf(cohort);
    const place = cohortPlace(dir, recipe, cohort.identities);
    const records = loadPack(place.path, place.address);
    if (records) {
      take(cohort.name, records);
      progress(cohort.name, cohort.identities);
    } else {
      places.set(cohort.name, { ...place, count: cohort.identities });
      missing.push({ recipe, identities: cohort.identities });
    }
  }
  const reused = done;
  await makeCohorts(missing, {
    threads,
    signal,
    onPiece: progress,
    onCohort: (cohort, pieces) => {
      const place = places.get(cohort);
      if (place) take(cohort, storePack(place.path, place.address, place.count, pieces));
    },
  });
  return { identities, reused, remade: total - reused };
}

/** Such a client has a name and nothing else; a storm needs one of them even where the plan counts none. */
function withoutCertificate(cohort: CohortSpec): Identity[] {
  return Array.from({ length: Math.max(1, cohort.identities) }, (_, index) => ({
    clientId: clientIdOf(cohort.name, index),
    key: null,
    chain: [],
  }));
}
