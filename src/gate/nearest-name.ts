/**
 * The known name that shares most pairs of neighbouring letters with the given one (Sørensen–Dice), which suits long dotted names where
 * one word of several is wrong. Undefined when none is alike.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestLikeness = 0.5;
  const wanted = pairs(name);
  for (const candidate of known) {
    const likeness = overlap(wanted, pairs(candidate));
    if (likeness > bestLikeness) {
      best = candidate;
      bestLikeness = likeness;
    }
  }
  return best;
}

function pairs(name: string): string[] {
  const word = ` ${name.slice(0, 120).toLowerCase()} `;
  return Array.from({ length: word.length - 1 }, (_, index) => word.slice(index, index + 2));
}

function overlap(one: readonly string[], other: readonly string[]): number {
  const left = new Map<string, number>();
  for (const pair of one) left.set(pair, (left.get(pair) ?? 0) + 1);
  let shared = 0;
  for (const pair of other) {
    const count = left.get(pair) ?? 0;
    if (count === 0) continue;
    left.set(pair, count - 1);
    shared += 1;
  }
  return (2 * shared) / (one.length + other.length);
}
