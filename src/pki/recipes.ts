import type { KeyPair } from './algorithms/algorithm.ts';
import { type Authorities, issuerNamed, madeNamed } from './authority.ts';
import type { CohortRecipe } from './forge.ts';
import type { Hierarchy } from './hierarchy.ts';
import type { CohortSpec, CorpusSpec } from './identity.ts';
import { chunkIdentities } from './makers.ts';
import { defaultPartitions } from './published-crls.ts';
import { crlKindNamed, defectNamed } from './registry.ts';
import { algorithmWeights, identitiesBefore } from './revocation.ts';
import { countedOctets, serialOctets } from './serial.ts';
import { chunkPlace, recipeAddress } from './store.ts';

/** A stretch of a cohort's identities and where it is stored. */
export type Chunk = {
  recipe: CohortRecipe;
  from: number;
  to: number;
  path: string;
  address: string;
};

/** Validity of a cohort that is to end within the run, where it names no end itself. */
const endsAfterMs = 60_000;

/** How the identities of a cohort are to be made. */
export function recipeOf(
  spec: CorpusSpec,
  cohort: CohortSpec,
  hierarchy: Hierarchy,
  made: Authorities,
): CohortRecipe {
  const defect = defectNamed(cohort.defect);
  const kind = crlKindNamed(spec.crl?.kind ?? 'direct');
  const by = defect.issuer ?? 'client-ca';
  const names = by === 'self' ? [] : by === 'client-ca' ? hierarchy.issuing : [by];
  const alsoSent = by === 'client-ca' ? (kind.needs ?? []) : [];
  const crlIssuer = kind.needs?.[0];
  const weights = algorithmWeights(spec, cohort);
  return {
    seed: spec.seed,
    cohort: cohort.name,
    algorithms: Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight > 0)),
    defect: cohort.defect,
    issuers: names.map((name) => issuerNamed(made, name, alsoSent)),
    fixedKeys: spec.fixedKeys === true,
    ...(spec.serialOctets !== undefined && { serialOctets: spec.serialOctets }),
    ...((spec.serialOctets ?? serialOctets) <= countedOctets && {
      before: identitiesBefore(spec).get(cohort.name) ?? 0,
    }),
    certificate: { ...spec.certificate, ...cohort.certificate },
    crl: {
      kind: kind.name,
      partitions: spec.crl?.partitions ?? defaultPartitions,
      ...(crlIssuer !== undefined && { crlIssuer: madeNamed(made, crlIssuer).plan.subject }),
    },
    ...(spec.validity && { validity: spec.validity }),
    ...(defect.endsWithinRun && { endsAtMs: cohort.endsAtMs ?? Date.now() + endsAfterMs }),
  };
}

/** A cohort cut into what is stored in one file each. */
export function chunksOf(
  dir: string,
  recipe: CohortRecipe,
  identities: number,
  pool: readonly KeyPair[],
): Chunk[] {
  const size = chunkIdentities(recipe.algorithms, pool.length > 0);
  const recipeDigest = recipeAddress(dir, recipe, pool);
  return Array.from({ length: Math.ceil(identities / size) }, (_, i) => {
    const [from, to] = [i * size, Math.min(identities, (i + 1) * size)];
    return { recipe, from, to, ...chunkPlace(dir, recipeDigest, from, to) };
  });
}
