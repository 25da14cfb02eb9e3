import type { Result } from '../../../result/index.ts';
import { floodOf } from '../../findings/flood.ts';
import { type Recovery, recoveriesOf, recoveryShares } from '../../findings/recovery.ts';
import { count, duration, percent, threeDigits } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { linearAxis, spanAxis } from '../charts/axis.ts';
import { panels, renderFigure } from '../charts/figure.ts';
import { type Line, renderPanel } from '../charts/panel.ts';
import { seriesPerPanel } from '../charts/series.ts';
import { variantStyles } from '../charts/variant-style.ts';
import type { Markup } from '../markup.ts';
import type { Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** How a fleet's sessions come back after all were cut at once: share held against time, with the time to 50, 95 and 100 %. */
export const recoveryLead: Lead = {
  name: 'recovery',
  fits: (result) => recoveriesOf(result).length > 0 && floodOf(result) === null,
  render: (result) => {
    const all = recoveriesOf(result);
    const several = all.some(({ rounds }) => rounds.length > 1);
    const sliceMs = all[0]?.variant.rounds[0]?.timeline.intervalMs ?? 0;
    return renderFigure({
      title: 'How fast does the fleet come back?',
      note: `Sessions held, as a share of those before the cut, told every ${duration(sliceMs)}: times are no finer than that.${several ? ' The first round of each variant; the table has all.' : ''}`,
      description: `Share of the sessions that are back against time, ${count(all.length)} lines.`,
      chart: chart(result, all),
      table: recoveryTable(all),
      open: true,
    });
  },
};

function chart(result: Result, all: readonly Recovery[]): Markup {
  const styles = variantStyles(result);
  const longest = Math.max(...all.flatMap(({ rounds }) => rounds[0]?.course.map(({ atS }) => atS) ?? []));
  const x = spanAxis('seconds since the sessions were cut', 0, longest);
  const y = linearAxis('% of the sessions held', 100, 5);
  const lines = all.map(({ variant, index, rounds: [first], reached }): Line => {
    const { className, marker } = styles.of(index);
    const place = (atS: number, share: number) => [x.position(atS), y.position(100 * share)] as const;
    return {
      className,
      label: variant.name,
      of: { variant: index },
      points: (first?.course ?? []).map(({ atS, share }) => place(atS, share)),
      marks: recoveryShares.flatMap((share, i) => {
        const atS = first?.reachedS[i] ?? null;
        if (atS === null) return [];
        const mean = reached[i]?.meanS;
        return [
          {
            at: place(atS, first?.course.find((point) => point.atS === atS)?.share ?? share),
            marker,
            title: `${neutralise(variant.name, 40)}: ${percent(share)} back after ${threeDigits(atS)} s${mean == null ? '' : ` (mean of the rounds ${threeDigits(mean)} s)`}`,
          },
        ];
      }),
    };
  });
  if (lines.length <= seriesPerPanel)
    return panels([renderPanel({ title: 'Sessions that are back', x, y, lines, height: 300 })]);
  return panels(
    lines.map((line, i) =>
      renderPanel({
        title: neutralise(all[i]?.variant.name ?? '', 40),
        x,
        y,
        lines: [{ ...line, label: '' }],
      }),
    ),
  );
}

function recoveryTable(all: readonly Recovery[]): Table {
  return {
    caption: 'Time until sessions are back',
    groups: [
      { title: '', span: 3 },
      ...recoveryShares.map((share) => ({ title: `${percent(share)} back`, span: 3 })),
    ],
    columns: [
      { title: 'Variant' },
      { title: 'Rounds', numeric: true },
      { title: 'Sessions', numeric: true },
      ...recoveryShares.flatMap(() =>
        ['s', '95 % low', '95 % high'].map((title) => ({ title, numeric: true })),
      ),
    ],
    rows: all.map(({ variant, rounds, reached }) => [
      nameCell(variant.name),
      countCell(rounds.length),
      countCell(Math.max(...rounds.map(({ before }) => before))),
      ...reached.flatMap(({ meanS, interval }) => [
        meanS === null ? { show: 'never', value: 'never' } : figureCell(meanS),
        figureCell(interval === null ? undefined : Math.max(0, interval.low)),
        figureCell(interval?.high),
      ]),
    ]),
  };
}
