/** The rounds of all variants, interleaved: each round measures every variant once, in an order drawn anew from the seed. */
export function orderRounds(
  variants: number,
  rounds: number,
  seed: number,
): { variant: number; round: number }[] {
  const draw = splitMix32(seed);
  const order: { variant: number; round: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const indices = Array.from({ length: variants }, (_, index) => index);
    // Fisher–Yates.
    for (let last = indices.length - 1; last > 0; last--) {
      const other = draw() % (last + 1);
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
  const draw = splitMix32((seed ^ Math.imul(round + 1, 0x9e3779b9)) >>> 0);
  return draw();
}

/** SplitMix32 (Steele, Lea, Flood 2014, in its 32-bit form): 32-bit unsigned integers from a 32-bit seed. */
function splitMix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}
