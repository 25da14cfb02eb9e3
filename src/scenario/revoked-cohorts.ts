import type { CohortPlan, EventPlan } from './plan.ts';

/** A revocation as the scenario has it: a share of a cohort, at a time. */
export type WrittenRevocation = { atMs: number; cohort: string; fraction: number };

/**
 * The cohorts of the identities that are revoked in mid-run, by the name that metrics and reports know them by: the cohort's own where all of
 * it is revoked at once, else `NAME-revoked`, then `NAME-revoked-2` for the second of its revocations, and so on.
 */
export function revokedCohortNames(revocations: readonly { cohort: string; fraction: number }[]): string[] {
  const seen = new Map<string, number>();
  return revocations.map(({ cohort, fraction }) => {
    const before = seen.get(cohort) ?? 0;
    seen.set(cohort, before + 1);
    if (before === 0 && fraction === 1) return cohort;
    return before === 0 ? `${cohort}-revoked` : `${cohort}-revoked-${before + 1}`;
  });
}

/**
 * Takes the identities that will be revoked out of their cohorts, each share a cohort of its own right behind it, with its share of the
 * weight: what happens to them is then counted, timed and drawn like that of any other. A share is of the cohort as written of at
 * least one identity; where nothing is left for the rest, the rest is no cohort.
 */
export function splitRevoked(
  cohorts: readonly CohortPlan[],
  revocations: readonly WrittenRevocation[],
): { cohorts: CohortPlan[]; events: EventPlan[] } {
  const names = revokedCohortNames(revocations);
  const events = revocations.map(
    ({ atMs }, index): EventPlan => ({ atMs, kind: 'revoke', cohort: names[index] ?? '' }),
  );
  const split = cohorts.flatMap((cohort) => {
    const own = revocations.flatMap((revocation, index) =>
      revocation.cohort === cohort.name ? [{ ...revocation, name: names[index] ?? '' }] : [],
    );
    if (own.length === 0) return [cohort];
    let left = cohort.identities;
    const parts = own.map(({ name, atMs, fraction }): CohortPlan => {
      const whole = fraction === 1;
      const wanted = Math.max(1, Math.round(cohort.identities * fraction));
      const identities = whole ? left : Math.min(left, wanted);
      left -= identities;
      return {
        ...cohort,
        name,
        identities,
        weight: cohort.weight * fraction,
        expect: { outcome: 'accept-until-revoked' },
        revokedAtMs: atMs,
        ...(name !== cohort.name && { partOf: cohort.name }),
      };
    });
    const parted = parts.filter(({ identities }) => identities > 0);
    if (left === 0) return parted;
    const rest = own.reduce((weight, { fraction }) => weight - cohort.weight * fraction, cohort.weight);
    return [{ ...cohort, identities: left, weight: Math.max(0, rest) }, ...parted];
  });
  return { cohorts: split, events };
}
