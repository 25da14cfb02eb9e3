import type { RoundResult, VariantResult } from '../../result/index.ts';

/** One figure of each round that has it, in the order of rounds. */
export function byRound(
  { rounds }: VariantResult,
  pick: (round: RoundResult) => number | undefined,
): number[] {
  return rounds.flatMap((round) => {
    const value = pick(round);
    return value === undefined ? [] : [value];
  });
}

/** CPU per attempt of the services that the broker asked, summed; undefined where none tells it. */
export function servicesCpu(
  { services = [] }: Pick<RoundResult, 'services'>,
  kinds?: readonly string[],
): number | undefined {
  const told = services.flatMap(({ kind, cpuMsPerAttempt }) =>
    cpuMsPerAttempt === undefined || (kinds !== undefined && !kinds.includes(kind)) ? [] : [cpuMsPerAttempt],
  );
  return told.length === 0 ? undefined : told.reduce((a, b) => a + b, 0);
}
