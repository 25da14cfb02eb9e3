import type { Result, RoundResult, VariantResult } from '../../result/index.ts';
import { type Interval, meanInterval } from '../../stats/index.ts';

export const recoveryShares = [0.5, 0.95, 1] as const;

/** Sessions that came back in one round: the share of those held before, by seconds since they were cut. */
export type RoundRecovery = {
  cutAtS: number;
  before: number;
  course: { atS: number; share: number }[];
  reachedS: (number | null)[];
};

export type Recovery = {
  variant: VariantResult;
  index: number;
  rounds: RoundRecovery[];
  /** For each of `recoveryShares`: the mean over the rounds that got there; null where a round did not. */
  reached: { meanS: number | null; interval: Interval | null }[];
};

/** Less than this of the sessions must be left for it to be a cut. */
const cutTo = 0.5;

/** How a fleet's sessions came back; empty where no variant holds sessions, or none of them rises from a cut. */
export function recoveriesOf({ variants }: Result): Recovery[] {
  return variants.flatMap((variant, index) => {
    if (variant.cohorts.some(({ lag }) => lag !== undefined)) return [];
    // Victims of a flood have connected before it and come back from nothing.
    if (variant.breakingPoint !== undefined) return [];
    const rounds = variant.rounds.flatMap((round) => recoveryOf(round) ?? []);
    if (rounds.length === 0) return [];
    return [
      {
        variant,
        index,
        rounds,
        reached: recoveryShares.map((_, i) => {
          const times = rounds.map(({ reachedS }) => reachedS[i] ?? null);
          const known = times.filter((time) => time !== null);
          const all = known.length === times.length;
          return {
            meanS: all ? known.reduce((a, b) => a + b, 0) / known.length : null,
            interval: all ? meanInterval(known) : null,
          };
        }),
      },
    ];
  });
}

/** From the first slice with less than half of the sessions after their first peak, or from none at the start of the round. */
function recoveryOf({ timeline }: RoundResult): RoundRecovery | null {
  const lines = timeline.cohorts.flatMap(({ held }) => (held === undefined ? [] : [held]));
  const length = Math.max(0, ...lines.map((held) => held.length));
  if (length < 3) return null;
  const total = Array.from({ length }, (_, i) => lines.reduce((sum, held) => sum + (held[i] ?? 0), 0));
  const peak = Math.max(...total);
  if (peak === 0) return null;
  const cut = total.findIndex((held, i) => held < cutTo * Math.max(0, ...total.slice(0, i)));
  const start = cut === -1 ? 0 : cut;
  const before = cut === -1 ? peak : Math.max(...total.slice(0, cut));
  const secondsAt = (slice: number) => (slice * timeline.intervalMs) / 1000;
  const after = total.slice(start);
  // Without a cut there must have been a rise from little: a fleet that only holds on recovers from nothing.
  if (cut === -1 && (after[0] ?? 0) > cutTo * peak) return null;
  // `held` is told at the end of a slice; the cut lies somewhere within its own.
  return {
    cutAtS: secondsAt(start),
    before,
    course: after.map((held, i) => ({ atS: secondsAt(i + (cut === -1 ? 1 : 0)), share: held / before })),
    reachedS: recoveryShares.map((share) => {
      const slice = after.findIndex((held) => held >= share * before);
      return slice === -1 ? null : secondsAt(slice + (cut === -1 ? 1 : 0));
    }),
  };
}
