import type { Comparison } from '../../result/index.ts';
import { bounds, count, percent, threeDigits } from './numbers.ts';

/** `slower, 1.12× (99 %: 1.08–1.17), beyond the tolerance of 5 %`. */
export function comparisonSentence({
  verdict,
  ratio,
  low,
  high,
  confidence,
  tolerance,
  toleranceAsked,
  roundsToDecide,
}: Comparison): string {
  const figures = `${verdict}, ${threeDigits(ratio)}× (${bounds({ estimate: ratio, low, high, confidence })})`;
  if (tolerance === undefined) return figures;
  const limit = `${percent(tolerance)}${
    toleranceAsked === undefined
      ? ''
      : `, widened from ${percent(toleranceAsked)} by the noise of this machine`
  }`;
  if (verdict === 'same') return `${figures}, within the tolerance of ${limit}`;
  if (verdict !== 'inconclusive') return `${figures}, beyond the tolerance of ${limit}`;
  return roundsToDecide == null
    ? `${figures}, and no number of rounds would decide it`
    : `${figures}, and about ${count(roundsToDecide)} rounds would decide it`;
}
