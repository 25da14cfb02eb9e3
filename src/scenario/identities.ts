import { shareOut } from './share.ts';

const defaultIdentities = 1000;

export type IdentityWish = {
  certificate: boolean;
  /** The CRL lists them. */
  revoked: boolean;
  weight: number;
  identities: number | undefined;
};

export type IdentityShares = {
  /** For each cohort, in its order; 0 for one without a certificate. */
  perCohort: number[];
  total: number;
  /** How many of them the CRL lists. */
  revoked: number;
};

/**
 * Shares `total` identities out over the cohorts that carry a certificate: those that name a number keep it, the rest goes to the others
 * by weight. `needed` instead, where the total does not reach for one identity each.
 */
export function shareIdentities(
  total: number | undefined,
  cohorts: readonly IdentityWish[],
): IdentityShares | { needed: number; total: number } {
  const named = cohorts.reduce(
    (sum, { certificate, identities = 0 }) => sum + (certificate ? identities : 0),
    0,
  );
  const sharing = cohorts.filter(({ certificate, identities }) => certificate && identities === undefined);
  const wanted = total ?? (sharing.length === 0 ? named : defaultIdentities);
  const rest = wanted - named;
  if (rest < sharing.length || (sharing.length === 0 && rest > 0 && named > 0)) {
    return { needed: named + sharing.length, total: wanted };
  }
  const shares = shareOut(
    rest,
    sharing.map(({ weight }) => weight),
  );
  const perCohort = cohorts.map((cohort) => {
    if (!cohort.certificate) return 0;
    return cohort.identities ?? shares[sharing.indexOf(cohort)] ?? 0;
  });
  return {
    perCohort,
    total: perCohort.reduce((sum, count) => sum + count, 0),
    revoked: cohorts.reduce((sum, { revoked }, index) => sum + (revoked ? (perCohort[index] ?? 0) : 0), 0),
  };
}
