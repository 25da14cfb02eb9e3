import { expect, it } from 'vitest';
import type { VariantResult } from '../../src/result/schema.ts';
import { markNoisyRounds } from '../../src/run/noisy-rounds.ts';
import { costing } from '../gate/comparable.ts';

type Machine = NonNullable<VariantResult['rounds'][number]['machine']>;

const quiet: Machine = {
  calibration: { p256Sign: 20, p256Verify: 60, x25519: 35 },
  loadAverage1: 1,
  stealShare: 0,
  otherCores: 0.05,
  frequencyMHz: 3000,
  throttles: 0,
};
const beside = (changes: Partial<Machine>[]) => {
  const variant = costing(
    'v',
    changes.map(() => 1),
  );
  return {
    ...variant,
    rounds: variant.rounds.map((round, i) => ({ ...round, machine: { ...quiet, ...changes[i] } })),
  };
};
const marks = (changes: Partial<Machine>[]) =>
  markNoisyRounds([beside(changes)])[0]?.rounds.map(({ machine }) => machine?.noisy?.length);

it('a round is marked by what the machine tells: steal, other programs, throttling, clock, calibration', () => {
  expect(
    marks([
      {},
      {},
      { stealShare: 0.1 },
      { otherCores: 0.9 },
      { throttles: 2 },
      { frequencyMHz: 1500 },
      { calibration: { p256Sign: 30, p256Verify: 60, x25519: 35 } },
    ]),
  ).toEqual([0, 0, 1, 1, 1, 1, 1]);
});

it('a round is never marked, nor left out, for what it measured', () => {
  const variant = costing('v', [1, 1, 1, 50]);
  const rounds = variant.rounds.map((round) => ({ ...round, machine: quiet }));
  const [marked] = markNoisyRounds([{ ...variant, rounds }]);
  expect(marked?.rounds).toHaveLength(4);
  expect(marked?.rounds.every(({ machine }) => machine?.noisy?.length === 0)).toBe(true);
});

it('a system that tells nothing marks nothing', () => {
  const bare = { calibration: {}, loadAverage1: 0 };
  const variant = costing('v', [1, 2, 3]);
  const [marked] = markNoisyRounds([
    { ...variant, rounds: variant.rounds.map((round) => ({ ...round, machine: bare })) },
  ]);
  expect(marked?.rounds.map(({ machine }) => machine?.noisy)).toEqual([[], [], []]);
});
