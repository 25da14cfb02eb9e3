import type { CorpusSpec } from '../pki/identity.ts';
import type { VariantPlan } from '../scenario/plan.ts';

/** What the forge is asked for by a variant of a plan; `now` is when, in milliseconds since 1970. */
export function corpusSpecOf(seed: number, { corpus, cohorts }: VariantPlan, now: number): CorpusSpec {
  const { identities: _, ...rest } = corpus;
  return {
    ...rest,
    seed,
    cohorts: cohorts.map(({ name, defect, identities, algorithm, certificate, endsAfterMs }) => ({
      name,
      defect,
      identities,
      ...(algorithm !== undefined && { algorithm }),
      ...(certificate && { certificate }),
      ...(endsAfterMs !== undefined && { endsAtMs: now + endsAfterMs }),
    })),
  };
}
