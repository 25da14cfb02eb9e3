/** Share of comparisons of equal things that may be told apart by mistake. */
export const alpha = 0.01;

/**
 * The confidence that each member of a family is to be judged at, so that the chance of even one false difference in the whole family
 * stays below `level` (Holm 1979): the smallest p of m at level / m, the next at level / (m − 1), and from the first that is no
 * difference on, all at the level where it stopped. An interval at that confidence excludes "no difference" exactly where Holm does.
 */
export function holmConfidences(pValues: readonly number[], level = alpha): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p || a.index - b.index);
  const confidences = pValues.map(() => 1 - level);
  let left = pValues.length;
  let stopped = false;
  for (const { p, index } of order) {
    confidences[index] = 1 - level / left;
    stopped ||= p > level / left;
    if (!stopped) left -= 1;
  }
  return confidences;
}
