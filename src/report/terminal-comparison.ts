import type { Comparison } from '../result/index.ts';
import { type Column, layOut, type Paint } from './terminal-layout.ts';
import { count, percent, threeDigits } from './words/numbers.ts';
import { neutralise } from './words/text.ts';
import { glyphs, type Tone } from './words/verdict.ts';

/** The tone of a comparison: only what gates can be bad. */
export function comparisonTone({ verdict, gated }: Comparison): Tone {
  if (verdict === 'slower') return gated === true ? 'bad' : 'warning';
  return verdict === 'inconclusive' ? 'warning' : verdict === 'faster' ? 'good' : 'plain';
}

/** Comparisons as a table for the terminal: verdict, ratio, interval, tolerance, the rounds there were and those that would decide. */
export function comparisonTable(comparisons: readonly Comparison[], brush: Paint, width: number): string[] {
  const pairs = new Set(comparisons.map(({ baseline, candidate }) => JSON.stringify([baseline, candidate])));
  const columns: readonly Column[] = [
    { title: 'metric', least: 12, shrink: true },
    ...(pairs.size > 1 ? [{ title: 'of', least: 8, shrink: true }] : []),
    { title: 'verdict', least: 9 },
    { title: 'ratio', least: 6, numeric: true },
    { title: 'interval', least: 11, numeric: true },
    { title: 'tolerance', least: 9, numeric: true },
    { title: 'rounds', least: 6, numeric: true },
    { title: 'to decide', least: 9, numeric: true },
  ];
  const rows = comparisons.map((comparison) => {
    const { metric, baseline, candidate, verdict, gated, ratio, low, high, confidence } = comparison;
    const tone = comparisonTone(comparison);
    return [
      { text: `${neutralise(metric, 60)}${gated === true ? '' : ' (not gated)'}` },
      ...(pairs.size > 1
        ? [{ text: `${neutralise(candidate, 40)} against ${neutralise(baseline, 40)}` }]
        : []),
      { text: `${glyphs[tone]} ${verdict}`, tone },
      { text: `${times(ratio)}×` },
      { text: `${times(low)}–${times(high)} (${plain(percent(confidence))})` },
      { text: comparison.tolerance === undefined ? '–' : plain(percent(comparison.tolerance)) },
      { text: roundsOf(comparison) },
      { text: toDecide(comparison) },
    ];
  });
  return layOut(columns, rows, brush, width);
}

function roundsOf({ rounds }: Comparison): string {
  if (rounds === undefined) return '–';
  const { baseline, candidate } = rounds;
  return baseline === candidate
    ? plain(count(baseline))
    : `${plain(count(baseline))}/${plain(count(candidate))}`;
}

function toDecide({ verdict, roundsToDecide }: Comparison): string {
  if (verdict !== 'inconclusive') return 'decided';
  return roundsToDecide == null ? 'never' : `about ${plain(count(roundsToDecide))}`;
}

function times(ratio: number): string {
  return ratio >= 10 ? plain(threeDigits(ratio)) : ratio.toFixed(3);
}

function plain(text: string): string {
  return text.replace(/(\d)\u202f(?=\d{3})/g, '$1,').replaceAll('\u202f', ' ');
}
