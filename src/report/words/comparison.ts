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
  roundsToDecide,
}: Comparison): string {
  const figures = `${verdict}, ${threeDigits(ratio)}× (${bounds({ estimate: ratio, low, high, confidence })})`;
  if (tolerance === undefined) return figures;
  if (verdict === 'same') return `${figures}, within the tolerance of ${percent(tolerance)}`;
  if (verdict !== 'inconclusive') return `${figures}, beyond the tolerance of ${percent(tolerance)}`;
  return roundsToDecide == null
    ? `${figures}, and no number of rounds would decide it`
    : `${figures}, and about ${count(roundsToDecide)} rounds would decide it`;
}
