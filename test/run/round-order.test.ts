import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderRounds, roundSeed } from '../../src/run/round-order.ts';

describe('the order of rounds', () => {
  it('measures every variant once a round, and a round ends before the next begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (variants, rounds, seed) => {
          const order = orderRounds(variants, rounds, seed);
          for (let round = 0; round < rounds; round++) {
            const slice = order.slice(round * variants, (round + 1) * variants);
            expect(slice.every((entry) => entry.round === round)).toBe(true);
            expect(slice.map(({ variant }) => variant).sort((a, b) => a - b)).toEqual([
              ...Array(variants).keys(),
            ]);
          }
        },
      ),
    );
  });

  it('is the same for the same seed and differs between seeds', () => {
    expect(orderRounds(6, 4, 7)).toEqual(orderRounds(6, 4, 7));
    const orders = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(orderRounds(6, 4, seed))));
    expect(orders.size).toBe(20);
  });

  it('puts each of two variants first about as often', () => {
    const first = orderRounds(2, 2_000, 1).filter(
      ({ variant }, index) => index % 2 === 0 && variant === 0,
    ).length;
    expect(first).toBeGreaterThan(900);
    expect(first).toBeLessThan(1_100);
  });

  it('gives each round a seed of its own', () => {
    expect(new Set(Array.from({ length: 1_000 }, (_, round) => roundSeed(1, round))).size).toBe(1_000);
  });
});
