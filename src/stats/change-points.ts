import { mean, median } from 'simple-statistics';
import { seededRandom } from './random.ts';

/** At `index` a new level begins: the means of the stretches before and after it, and how often chance makes a step as large. */
export type ChangePoint = { index: number; before: number; after: number; p: number };

/**
 * Where a series of figures (one for each run, oldest first) changes its level: binary segmentation by the largest CUSUM of ranks, each
 * step kept if a permutation test gives it a p below `level`. Ranks, so that one disturbed run is no change. Fewer than four values on a
 * side are no level.
 *
 * @returns change points in the order of the series; none for series under eight values.
 */
export function changePoints(
  values: readonly number[],
  { level = 0.01, permutations = 999, seed = 1 } = {},
): ChangePoint[] {
  const random = seededRandom(seed);
  const indices = split(values, 0, values.length).toSorted((a, b) => a.index - b.index);
  const edges = [0, ...indices.map(({ index }) => index), values.length];
  return indices.map(({ index, p }, i) => ({
    index,
    before: median(values.slice(edges[i] ?? 0, index)),
    after: median(values.slice(index, edges[i + 2] ?? values.length)),
    p,
  }));

  function split(all: readonly number[], from: number, to: number): { index: number; p: number }[] {
    const best = largestStep(ranks(all.slice(from, to)));
    if (best === null) return [];
    const p = chanceOf(all.slice(from, to), best.size, permutations, random);
    if (p >= level) return [];
    const at = from + best.at;
    return [{ index: at, p }, ...split(all, from, at), ...split(all, at, to)];
  }
}

const shortest = 4;

function largestStep(ranked: readonly number[]): { at: number; size: number } | null {
  const n = ranked.length;
  if (n < 2 * shortest) return null;
  const centre = mean([...ranked]);
  let sum = 0;
  let best: { at: number; size: number } | null = null;
  for (let i = 0; i < n; i += 1) {
    const size = Math.abs(sum) / Math.sqrt((i * (n - i)) / n);
    if (i >= shortest && n - i >= shortest && (best === null || size > best.size)) best = { at: i, size };
    sum += (ranked[i] ?? 0) - centre;
  }
  return best;
}

/** Of 1…n; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

function chanceOf(
  values: readonly number[],
  size: number,
  permutations: number,
  random: () => number,
): number {
  const shuffled = ranks(values);
  let asLarge = 0;
  for (let i = 0; i < permutations; i += 1) {
    for (let j = shuffled.length - 1; j > 0; j -= 1) {
      const k = Math.floor(random() * (j + 1));
      [shuffled[j], shuffled[k]] = [shuffled[k] ?? 0, shuffled[j] ?? 0];
    }
    if ((largestStep(shuffled)?.size ?? 0) >= size - 1e-9) asLarge += 1;
  }
  return (asLarge + 1) / (permutations + 1);
}
