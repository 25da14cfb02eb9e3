/** The known word that a mistyped one most likely stood for, or undefined when none is close. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const plain = simplify(word);
  if (plain === '') return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(Math.max(plain.length, 4) / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, simplify(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? known.find((candidate) => plain.length >= 3 && simplify(candidate).startsWith(plain));
}

/** `crl_native`, `CrlNative` and `crl-native` are the same word misspelt in three ways. */
function simplify(word: string): string {
  return word
    .slice(0, 100)
    .toLowerCase()
    .replace(/[-_\s]/g, '');
}

/** Edits of one letter (insert, drop, replace, swap two neighbours) from one word to the other: optimal string alignment. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
