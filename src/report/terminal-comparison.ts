import type { Comparison } from '../result/index.ts';
import { type Cell, type Column, layOut, type Paint, wrap } from './terminal-layout.ts';
import { count, percent, threeDigits } from './words/numbers.ts';
import { label, neutralise } from './words/text.ts';
import { glyphs, type Tone } from './words/verdict.ts';

/** The tone of a comparison: only what gates can be bad. */
export function comparisonTone({ verdict, gated }: Comparison): Tone {
  if (verdict === 'slower') return gated === true ? 'bad' : 'warning';
  return verdict === 'inconclusive' ? 'warning' : verdict === 'faster' ? 'good' : 'plain';
}

/** Where there is so much room, the table has each interval's confidence and each tolerance too. */
const roomy = 118;
/** What the other columns take at most where there is less. */
const others = 59;

/** Comparisons as tables for the terminal, one for each pair: verdict, ratio, interval, the rounds there were and those that would decide. */
export function comparisonTable(comparisons: readonly Comparison[], brush: Paint, width: number): string[] {
  const pairs = Map.groupBy(comparisons, ({ baseline, candidate }) => JSON.stringify([baseline, candidate]));
  return [...pairs.values()].flatMap((pair) => {
    const [first] = pair;
    if (first === undefined) return [];
    const names = `  ${neutralise(first.candidate, 60)} against ${neutralise(first.baseline, 60)}`;
    return [...wrap(names.trim(), width, '  '), ...pairTable(pair, brush, width)];
  });
}

function pairTable(comparisons: readonly Comparison[], brush: Paint, width: number): string[] {
  const room = width >= roomy ? 32 : Math.max(10, width - others);
  const all: readonly (Column & { cell(comparison: Comparison): Cell; wide?: true })[] = [
    // Metrics differ at their ends: the middle is what can be spared.
    { title: 'metric', least: 10, shrink: true, cell: ({ metric }) => ({ text: label(metric, room) }) },
    { title: 'gates', least: 5, wide: true, cell: ({ gated }) => ({ text: gated === true ? 'yes' : 'no' }) },
    { title: 'verdict', least: 14, cell: verdictCell },
    { title: 'ratio', least: 6, numeric: true, cell: ({ ratio }) => ({ text: `${times(ratio)}×` }) },
    {
      title: 'interval',
      least: 11,
      numeric: true,
      cell: ({ low, high }) => ({ text: `${times(low)}–${times(high)}` }),
    },
    {
      title: 'at',
      least: 4,
      numeric: true,
      wide: true,
      cell: ({ confidence }) => ({ text: plain(percent(confidence)) }),
    },
    {
      title: 'tolerance',
      least: 9,
      numeric: true,
      wide: true,
      cell: ({ tolerance }) => ({ text: tolerance === undefined ? '–' : plain(percent(tolerance)) }),
    },
    { title: 'rounds', least: 14, cell: (comparison) => ({ text: roundsOf(comparison) }) },
  ];
  const columns = all.filter(({ wide }) => wide !== true || width >= roomy);
  return layOut(
    columns,
    comparisons.map((comparison) => columns.map(({ cell }) => cell(comparison))),
    brush,
    width,
  );
}

function verdictCell(comparison: Comparison): Cell {
  const tone = comparisonTone(comparison);
  return { text: `${glyphs[tone]} ${comparison.verdict}`, tone };
}

/** `12`, or `12, 45 decide` where those there were can't tell. */
function roundsOf({ rounds, verdict, roundsToDecide }: Comparison): string {
  const had = rounds === undefined ? '–' : plain(count(Math.min(rounds.baseline, rounds.candidate)));
  if (verdict !== 'inconclusive') return had;
  return roundsToDecide == null ? `${had}, none decide` : `${had}, ${plain(count(roundsToDecide))} decide`;
}

function times(ratio: number): string {
  return ratio >= 10 ? plain(threeDigits(ratio)) : ratio.toFixed(3);
}

function plain(text: string): string {
  return text.replace(/(\d)\u202f(?=\d{3})/g, '$1,').replaceAll('\u202f', ' ');
}
