import { drawAt } from '../storm/draw.ts';

/** The rounds of all variants, interleaved: each round measures every variant once, in an order drawn anew from the seed. */
export function orderRounds(
  variants: number,
  rounds: number,
  seed: number,
): { variant: number; round: number }[] {
  let drawn = 0;
  const order: { variant: number; round: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const indices = Array.from({ length: variants }, (_, index) => index);
    // Fisher–Yates.
    for (let last = indices.length - 1; last > 0; last--) {
      const other = drawAt(seed, drawn++) % (last + 1);
      const held = indices[last] ?? 0;
      indices[last] = indices[other] ?? 0;
      indices[other] = held;
    }
    for (const variant of indices) order.push({ variant, round });
  }
  return order;
}

/** The seed of one round: equal for all variants of a round, so that they face the same arrivals. */
export function roundSeed(seed: number, round: number): number {
  return drawAt((seed ^ Math.imul(round + 1, 0x9e3779b9)) >>> 0, 0);
}
