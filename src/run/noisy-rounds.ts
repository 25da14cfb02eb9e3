import { median } from 'simple-statistics';
import type { RoundResult, VariantResult } from '../result/schema.ts';

/** Share of all CPU time that went to other machines of the hypervisor. */
const muchSteal = 0.02;
/** In cores. */
const muchElse = 0.25;
/** A part of the calibration, or the clock of the cores, this far from the median of the run. */
const farFromMedian = 0.15;
/** The parts of the calibration that a handshake is made of; copies and round trips swing by themselves. */
const steadyParts = ['p256Sign', 'p256Verify', 'x25519'] as const;

/**
 * Marks the rounds beside which something else happened to the machine. The signals are the machine's own; what the round measured is
 * not looked at, and a marked round counts like any other: leaving out rounds for their results is how a benchmark deceives itself.
 */
export function markNoisyRounds(variants: readonly VariantResult[]): VariantResult[] {
  const machines = variants.flatMap(({ rounds }) => rounds.flatMap(({ machine }) => machine ?? []));
  const middle = (pick: (machine: (typeof machines)[number]) => number | undefined) => {
    const values = machines.flatMap((machine) => pick(machine) ?? []);
    return values.length < 3 ? null : median(values);
  };
  const usual = new Map(steadyParts.map((part) => [part, middle(({ calibration }) => calibration[part])]));
  const usualMHz = middle(({ frequencyMHz }) => frequencyMHz);
  const reasonsOf = ({ machine }: RoundResult): string[] => {
    if (machine === undefined) return [];
    const { stealShare = 0, otherCores = 0, throttles = 0, frequencyMHz, calibration } = machine;
    const reasons: string[] = [];
    if (stealShare > muchSteal)
      reasons.push(`${percent(stealShare)} of the CPU was stolen by the hypervisor`);
    if (otherCores > muchElse) reasons.push(`other programs used ${otherCores.toFixed(2)} cores`);
    if (throttles > 0) reasons.push(`the CPU was throttled ${throttles} times`);
    if (frequencyMHz !== undefined && usualMHz !== null && 1 - frequencyMHz / usualMHz > farFromMedian)
      reasons.push(`the cores ran at ${Math.round(frequencyMHz)} MHz in place of ${Math.round(usualMHz)}`);
    for (const [part, us] of usual) {
      const here = calibration[part];
      if (us !== null && here !== undefined && here / us - 1 > farFromMedian)
        reasons.push(`${part} took ${percent(here / us - 1)} longer than usual just before it`);
    }
    return reasons;
  };
  return variants.map((variant) => ({
    ...variant,
    rounds: variant.rounds.map((round) =>
      round.machine === undefined
        ? round
        : { ...round, machine: { ...round.machine, noisy: reasonsOf(round) } },
    ),
  }));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
