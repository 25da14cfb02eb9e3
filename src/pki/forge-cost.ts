import { resolve } from 'node:path';
import { makePrivateDirectory } from './cache.ts';
import { forge } from './forge.ts';
import { hierarchyOf } from './hierarchy.ts';
import type { CorpusSpec } from './identity.ts';
import { recipeOf } from './recipes.ts';
import { defectNamed } from './registry.ts';
import { obtainAuthorities } from './store.ts';

/** Long enough for a mean, short enough for nobody to wait: the measuring ends after the batch that passes this. */
const enoughMs = 40;
const batch = 4;
/** The first are slower, until the code is warm. */
const warmup = 16;

/**
 * What it costs to make one identity of the corpus's first cohort that has certificates: key, certificate and the CA's signature, in
 * milliseconds of CPU of this thread. Measured now, on identities that are thrown away. Undefined where no cohort has certificates.
 *
 * Throws PkiError as `makeCorpus` does.
 */
export function forgeCost(spec: CorpusSpec, cacheDir: string): number | undefined {
  const cohort = spec.cohorts.find(({ defect }) => defectNamed(defect).certificate);
  if (cohort === undefined) return undefined;
  const dir = resolve(cacheDir);
  makePrivateDirectory(dir, false);
  const hierarchy = hierarchyOf(spec);
  const made = obtainAuthorities(dir, hierarchy.plans, { seed: spec.seed, fixed: spec.fixedKeys === true });
  const recipe = recipeOf(spec, { ...cohort, defect: 'none' }, hierarchy, made);
  const startedAt = performance.now();
  const isLate = () => performance.now() - startedAt > enoughMs;
  for (let at = 0; at < warmup && !isLate(); at += batch) forge(recipe, at, at + batch);
  const before = process.threadCpuUsage();
  let count = 0;
  for (const from = performance.now(); count === 0 || performance.now() - from < enoughMs; count += batch)
    forge(recipe, count, count + batch);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / count;
}
