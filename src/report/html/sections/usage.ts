import type { Result, RoundResult, VariantResult } from '../../../result/index.ts';
import { label } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { greatest, linearAxis, timeAxis } from '../charts/axis.ts';
import { type Figure, panels } from '../charts/figure.ts';
import { type Line, renderPanel } from '../charts/panel.ts';
import { seriesPerPanel, seriesStyle } from '../charts/series.ts';
import type { Markup } from '../markup.ts';

/** CPU in use (per cent of one core) between two samples, and the memory at the second of them. */
type Sample = { atS: number; corePercent: number; rssMiB: number };
type Usage = { variant: VariantResult; style: number; round: RoundResult; samples: Sample[] };

/** Most rows that the table of samples may have. */
const mostRows = 150;

/** The broker's CPU and memory over the time of a round; null without samples, or with more variants than can be told apart. */
export function usageFigure({ variants }: Result): Figure | null {
  const all = variants.flatMap((variant, style) =>
    variant.rounds.slice(0, 1).map((round) => ({ variant, style, round, samples: samplesOf(round) })),
  );
  const usages = all.filter(({ samples }) => samples.length > 1);
  if (usages.length === 0 || variants.length > seriesPerPanel) return null;
  const seconds = Math.max(...usages.flatMap(({ samples }) => samples.map(({ atS }) => atS)));
  const severalRounds = variants.some(({ rounds }) => rounds.length > 1);
  return {
    title: 'Did the broker reach the end of its CPU or grow in memory?',
    note: severalRounds ? 'The first round of each variant.' : undefined,
    description: 'CPU in use and resident memory of the broker over time.',
    chart: panels([
      usagePanel('CPU of the broker', '% of one core', usages, seconds, ({ corePercent }) => corePercent),
      usagePanel('Memory of the broker', 'RSS, MiB', usages, seconds, ({ rssMiB }) => rssMiB),
    ]),
    table: {
      caption: "Samples of the broker's CPU and memory",
      columns: [
        { title: 'Variant' },
        { title: 'Round', numeric: true },
        { title: 'At, s', numeric: true },
        { title: 'CPU, % of one core', numeric: true },
        { title: 'RSS, MiB', numeric: true },
      ],
      rows: usages.flatMap(({ variant, round, samples }) => {
        const stride = Math.ceil((samples.length * usages.length) / mostRows);
        return samples
          .filter((_, i) => i % stride === 0)
          .map(({ atS, corePercent, rssMiB }) => [
            nameCell(variant.name),
            countCell(round.index + 1),
            figureCell(atS),
            figureCell(corePercent),
            figureCell(rssMiB),
          ]);
      }),
    },
  };
}

function usagePanel(
  title: string,
  unit: string,
  usages: readonly Usage[],
  seconds: number,
  pick: (sample: Sample) => number,
): Markup {
  const x = timeAxis(seconds);
  const y = linearAxis(unit, greatest(usages.flatMap(({ samples }) => samples.map(pick))) ?? 1, 4);
  const lines = usages.map(
    ({ variant, style, samples }): Line => ({
      className: seriesStyle(style).className,
      of: { variant: style },
      points: samples.map((sample) => [x.position(sample.atS), y.position(pick(sample))]),
      ...(usages.length > 1 ? { label: label(variant.name, 18) } : {}),
    }),
  );
  return renderPanel({ title, x, y, lines });
}

function samplesOf({ timeline: { target } }: RoundResult): Sample[] {
  if (target === undefined) return [];
  return target.atMs.flatMap((atMs, i) => {
    const before = target.atMs[i - 1];
    const [cpu, cpuBefore, rssMiB] = [target.cpuMs[i], target.cpuMs[i - 1], target.rssMiB[i]];
    if (before === undefined || cpu === undefined || cpuBefore === undefined || rssMiB === undefined)
      return [];
    return atMs > before
      ? [{ atS: atMs / 1000, corePercent: (100 * (cpu - cpuBefore)) / (atMs - before), rssMiB }]
      : [];
  });
}
