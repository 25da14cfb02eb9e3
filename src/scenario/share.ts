/**
 * Shares a whole number out in proportion to weights: the shares are whole, none is below 1, and together they are the total (largest
 * remainder method; ties go to the earlier one). Equal shares where all weights are 0. The total must be at least the number of weights.
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((before, weight) => before + weight, 0);
  const exact = weights.map((weight) => (sum > 0 ? (total * weight) / sum : total / weights.length));
  const shares = exact.map((share) => Math.floor(share));
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  let left = total - shares.reduce((before, share) => before + share, 0);
  for (let turn = 0; left > 0; turn++, left--) {
    const { index } = byRemainder[turn % byRemainder.length] ?? { index: 0 };
    shares[index] = (shares[index] ?? 0) + 1;
  }
  for (const [index, share] of shares.entries()) {
    if (share > 0) continue;
    const largest = shares.indexOf(Math.max(...shares));
    shares[largest] = (shares[largest] ?? 0) - 1;
    shares[index] = 1;
  }
  return shares;
}

/** `10%` and 0.1 are one. */
export function shareOf(fraction: number | string): number {
  return typeof fraction === 'number' ? fraction : Number(fraction.replace(/%$/, '')) / 100;
}
