import type { Lag, Result, VariantResult } from '../../result/index.ts';

/** What a revocation in mid-round did in one variant, merged over its rounds and round by round. */
export type LagFinding = {
  variant: VariantResult;
  index: number;
  cohort: string;
  /** The variant's name, with the cohort's where the variant has several that were revoked. */
  name: string;
  lag: Lag;
  rounds: Lag[];
  /** How long the slowest connect took about the moment of revocation, when lists are read again; of all rounds. */
  slowestMs: number | undefined;
  /** Clients were still let in when the round ended: there may be no end to it. */
  toTheEnd: boolean;
};

/** Share of the time after a revocation that must have gone by at the last accept for it to have lasted to the end. */
const wholeTime = 0.95;

export function lagsOf({ variants }: Result): LagFinding[] {
  return variants.flatMap((variant, index) => {
    const several = variant.cohorts.filter(({ lag }) => lag !== undefined).length > 1;
    const lengthMs = Math.max(0, ...variant.rounds.map(({ elapsedMs }) => elapsedMs));
    return variant.cohorts.flatMap(({ name, lag }) =>
      lag === undefined
        ? []
        : [
            {
              variant,
              index,
              cohort: name,
              name: several ? `${variant.name} · ${name}` : variant.name,
              lag,
              slowestMs: slowestConnectMs(variant, name),
              toTheEnd: (lag.lastAcceptMs ?? 0) > (lengthMs - lag.revokedAtMs) * wholeTime,
              rounds: variant.rounds.flatMap(
                ({ cohorts }) => cohorts.find((cohort) => cohort.name === name)?.lag ?? [],
              ),
            },
          ],
    );
  });
}

function slowestConnectMs({ rounds }: VariantResult, cohort: string): number | undefined {
  const told = rounds
    .flatMap(({ events = [] }) => events)
    .flatMap((event) => (event.kind === 'revoke' && event.cohort === cohort ? (event.slowestMs ?? []) : []));
  return told.length === 0 ? undefined : Math.max(...told);
}

/** How long a revoked client was still let in: 0 where none was; undefined where none was ever refused, so that there is no end. */
export function accessMs({ firstRefusalMs, lastAcceptMs }: Lag): number | undefined {
  return firstRefusalMs === undefined ? undefined : (lastAcceptMs ?? 0);
}
