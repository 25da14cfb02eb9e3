/**
 * Draws that depend on the seed and the arrival's number only: whichever worker makes arrival k, however many workers there are, it
 * draws the same. The generator is SplitMix32 (a Weyl sequence through the finaliser of MurmurHash3), taken at position k directly.
 */

/** A 32-bit unsigned integer for position `k` of the stream `seed`. */
export function drawAt(seed: number, k: number): number {
  let mixed = (seed + Math.imul(k + 1, 0x9e3779b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A second stream of the same seed, independent of the first for all that a storm can see. */
export function secondStream(seed: number): number {
  return drawAt(seed ^ 0x5bd1e995, 0);
}

/** Index of the weight that holds `draw` (32-bit) when all weights are laid end to end; a weight of 0 is never drawn. */
export function weightedPick(weights: readonly number[]): (draw: number) => number {
  const ends: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    ends.push(total);
  }
  const last = weights.findLastIndex((weight) => weight > 0);
  return (draw) => {
    const at = (draw / 2 ** 32) * total;
    for (let index = 0; index < last; index++) if (at < (ends[index] ?? 0)) return index;
    return last;
  };
}
