import type { Result, RoundResult, VariantResult } from '../../result/index.ts';

/** A round in the place that it had in the run, with what the machine told of itself meanwhile. */
export type PlayedRound = { variant: VariantResult; index: number; round: RoundResult };

/** All rounds in the order in which they were measured. */
export function inOrder({ variants }: Pick<Result, 'variants'>): PlayedRound[] {
  return variants
    .flatMap((variant, index) => variant.rounds.map((round) => ({ variant, index, round })))
    .toSorted((a, b) => a.round.order - b.round.order);
}

/** The parts of the calibration that a handshake is made of; copies and round trips swing by themselves. */
const steady = ['p256Sign', 'p256Verify', 'x25519'] as const;

/**
 * How slow the machine's own arithmetic was just before a round: the mean over the steady parts of the calibration, each over its median in
 * the run; 1.1 is a tenth slower than usual. null where the round has no calibration.
 */
export function calibrationFactor(rounds: readonly PlayedRound[], { round }: PlayedRound): number | null {
  const factors = steady.flatMap((part) => {
    const here = round.machine?.calibration[part];
    const all = rounds.flatMap((each) => each.round.machine?.calibration[part] ?? []);
    const usual = all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
    return here === undefined || usual === undefined || usual === 0 ? [] : [here / usual];
  });
  return factors.length === 0 ? null : factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
}

/** The broker's CPU per attempt in a round over the mean of its variant's rounds; null where it is not known. */
export function costFactor({ variant, round }: PlayedRound): number | null {
  const all = variant.rounds.flatMap(({ target }) => target.cpuMsPerAttempt ?? []);
  const here = round.target.cpuMsPerAttempt;
  if (here === undefined || all.length === 0) return null;
  return here / (all.reduce((sum, cost) => sum + cost, 0) / all.length);
}
