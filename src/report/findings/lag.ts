import type { Lag, Result, VariantResult } from '../../result/index.ts';

/** What a revocation in mid-round did in one variant, merged over its rounds and round by round. */
export type LagFinding = { variant: VariantResult; index: number; cohort: string; lag: Lag; rounds: Lag[] };

export function lagsOf({ variants }: Result): LagFinding[] {
  return variants.flatMap((variant, index) =>
    variant.cohorts.flatMap(({ name, lag }) =>
      lag === undefined
        ? []
        : [
            {
              variant,
              index,
              cohort: name,
              lag,
              rounds: variant.rounds.flatMap(
                ({ cohorts }) => cohorts.find((cohort) => cohort.name === name)?.lag ?? [],
              ),
            },
          ],
    ),
  );
}

/** How long a revoked client was still let in: 0 where none was; undefined where none was ever refused, so that there is no end. */
export function accessMs({ firstRefusalMs, lastAcceptMs }: Lag): number | undefined {
  return firstRefusalMs === undefined ? undefined : (lastAcceptMs ?? 0);
}
