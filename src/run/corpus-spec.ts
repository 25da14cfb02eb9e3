import type { CorpusSpec } from '../pki/identity.ts';
import { checkSpec, PkiError } from '../pki/index.ts';
import type { VariantPlan } from '../scenario/plan.ts';

/** What the forge is asked for by a variant of a plan; `now` is when, in milliseconds since 1970. */
export function corpusSpecOf(seed: number, { corpus, cohorts }: VariantPlan, now: number): CorpusSpec {
  const { identities: _, lifetimeMs, from: __, ...rest } = corpus;
  return {
    ...rest,
    ...(lifetimeMs !== undefined && { validity: shortValidity(lifetimeMs, now) }),
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

/** Begins at a tenth of the lifetime, so that runs in between share their certificates. */
function shortValidity(lifetimeMs: number, now: number): { notBeforeMs: number; notAfterMs: number } {
  // X.509 knows no fractions of a second (RFC 5280 4.1.2.5).
  const step = Math.max(1, Math.floor(lifetimeMs / 10_000)) * 1000;
  const notBeforeMs = Math.floor(now / step) * step;
  return { notBeforeMs, notAfterMs: notBeforeMs + lifetimeMs };
}

/** What the forge can't make of a variant, by the place in the scenario; undefined where it can. */
export function corpusMistake(
  seed: number,
  variant: VariantPlan,
): { path: (string | number)[]; message: string } | undefined {
  try {
    checkSpec(corpusSpecOf(seed, variant, 0));
    return undefined;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    const [, place = '', said = error.message] = /^([A-Za-z][\w.[\]]*): (.*)$/s.exec(error.message) ?? [];
    const path = [...place.matchAll(/[A-Za-z]\w*|\d+/g)].map(([part]) =>
      /^\d/.test(part) ? Number(part) : part,
    );
    const message = said.replace(/\.$/, '');
    return { path: path[0] === 'cohorts' || path[0] === 'seed' ? path : ['corpus', ...path], message };
  }
}
