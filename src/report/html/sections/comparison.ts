import type { Comparison, Result } from '../../../result/index.ts';
import { byRound } from '../../findings/rounds.ts';
import { bounds, count, percent, threeDigits } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import type { Tone } from '../../words/verdict.ts';
import { countCell, figureCell, metricCell, nameCell, toneCell } from '../cells.ts';
import { type Axis, linearAxis, ratioAxis, spanAxis } from '../charts/axis.ts';
import { panels, renderFigure } from '../charts/figure.ts';
import { renderSeriesKey } from '../charts/key.ts';
import { type Line, renderPanel } from '../charts/panel.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { seriesStyle } from '../charts/series.ts';
import { html, type Markup } from '../markup.ts';
import type { Table } from '../table.ts';
import type { Section } from './section.ts';

const tones: Readonly<Record<Comparison['verdict'], Tone>> = {
  slower: 'bad',
  faster: 'good',
  same: 'plain',
  inconclusive: 'warning',
};
/** More comparisons than this are drawn by their table alone. */
const mostRows = 60;

/** Before and after: each metric's ratio with its interval and verdict, and the rounds of both where they are in this result. */
export const comparisonSection: Section = {
  id: 'comparison',
  title: 'Before and after',
  render: ({ comparisons, variants, comparisonNotes = [] }) => {
    if (comparisons.length === 0) return comparisonNotes.length === 0 ? null : notes(comparisonNotes);
    const several =
      new Set(comparisons.map(({ baseline, candidate }) => JSON.stringify([baseline, candidate]))).size > 1;
    return html`${renderFigure({
      title: titleOf(comparisons),
      note: 'How many times more than before, with the interval. 1 is no change; more is slower, or larger.',
      description: `The ratio of ${comparisons.length} metrics with their intervals.`,
      chart: ratios(comparisons.slice(0, mostRows), several),
      table: comparisonTable(comparisons),
      open: comparisons.length <= 20,
    })}${notes(comparisonNotes)}${overlay(comparisons, variants)}`;
  },
};

function notes(all: readonly string[]): Markup | null {
  if (all.length === 0) return null;
  return html`<ul class="warnings">${all.map((note) => html`<li>${neutralise(note, 600)}</li>`)}</ul>`;
}

function titleOf(comparisons: readonly Comparison[]): string {
  const slower = comparisons.filter(({ verdict }) => verdict === 'slower').length;
  const open = comparisons.filter(({ verdict }) => verdict === 'inconclusive').length;
  const what =
    slower === 0
      ? 'Nothing got worse for sure'
      : `${count(slower)} of ${count(comparisons.length)} metrics got worse`;
  return open === 0 ? what : `${what}; ${count(open)} can’t be told`;
}

function ratios(comparisons: readonly Comparison[], several: boolean): Markup {
  const axis = ratioAxis(
    'ratio, after ÷ before',
    comparisons.flatMap(({ low, ratio, high }) => [low, ratio, high]),
  );
  return renderRows(
    axis,
    comparisons.map(({ metric, baseline, candidate, ratio, low, high, confidence, verdict }): Row => {
      return {
        name: metric,
        ...(several ? { detail: `${neutralise(candidate, 24)} against ${neutralise(baseline, 24)}` } : {}),
        ...seriesStyle(0),
        interval: [low, high],
        points: [
          {
            value: ratio,
            kind: 'main',
            title: `${neutralise(metric, 60)}: ${verdict}, ${threeDigits(ratio)}× (${bounds({ estimate: ratio, low, high, confidence })})`,
          },
        ],
        text: `${verdict} ${threeDigits(ratio)}×`,
      };
    }),
    [
      { mark: 'main', text: 'ratio' },
      { mark: 'interval', text: 'interval, corrected for the number of metrics' },
    ],
    'verdict',
  );
}

function comparisonTable(comparisons: readonly Comparison[]): Table {
  return {
    caption: 'Comparisons',
    columns: [
      { title: 'Metric' },
      { title: 'Before' },
      { title: 'After' },
      { title: 'Verdict' },
      ...['Ratio', 'Low', 'High', 'Confidence', 'Tolerance', 'Rounds to decide'].map((title) => ({
        title,
        numeric: true,
      })),
    ],
    rows: comparisons.map(
      ({ metric, baseline, candidate, verdict, ratio, low, high, confidence, tolerance, roundsToDecide }) => [
        metricCell(metric),
        nameCell(baseline, 60),
        nameCell(candidate, 60),
        toneCell(tones[verdict], verdict),
        figureCell(ratio),
        figureCell(low),
        figureCell(high),
        { show: percent(confidence), value: confidence },
        tolerance === undefined ? figureCell(undefined) : { show: percent(tolerance), value: tolerance },
        countCell(roundsToDecide ?? undefined),
      ],
    ),
  };
}

/** Round by round, both beside one another, for the first pair whose rounds are in this result. */
function overlay(comparisons: readonly Comparison[], variants: Result['variants']): Markup | null {
  const find = (name: string) => variants.findIndex((variant) => variant.name === name);
  const pair = comparisons
    .map(({ baseline, candidate }) => [find(baseline), find(candidate)] as const)
    .find(([before, after]) => before >= 0 && after >= 0 && before !== after);
  if (pair === undefined) return null;
  const both = pair.flatMap((index) => variants[index] ?? []);
  const rounds = Math.max(...both.map((variant) => variant.rounds.length));
  if (rounds < 2) return null;
  const cohort = both[0]?.cohorts.find(({ expected }) => expected === 'accept')?.name;
  const x = spanAxis('round', 1, rounds);
  const panel = (title: string, unit: string, pick: (variant: (typeof both)[number]) => number[]) => {
    const series = both.map(pick);
    if (series.some((values) => values.length < 2)) return [];
    const y = linearAxis(unit, Math.max(...series.flat()), 4);
    return [
      renderPanel({
        title,
        x,
        y,
        lines: series.map((values, i) => roundsLine(both[i]?.name ?? '', values, i, pair[i], x, y)),
      }),
    ];
  };
  const all = [
    ...panel('Broker CPU', 'ms per attempt', (variant) =>
      byRound(variant, ({ target }) => target.cpuMsPerAttempt),
    ),
    ...panel('Let in, p50', 'ms', (variant) =>
      byRound(
        variant,
        ({ cohorts }) => cohorts.find(({ name }) => name === cohort)?.latencyMs.authenticated?.p50,
      ),
    ),
  ];
  if (all.length === 0) return null;
  return html`<h3>The same, round by round</h3>${renderSeriesKey(both.map(({ name }) => name))}${panels(all)}`;
}

function roundsLine(
  name: string,
  values: readonly number[],
  style: number,
  index: number | undefined,
  x: Axis,
  y: Axis,
): Line {
  const { className, marker } = seriesStyle(style);
  const place = (value: number, i: number) => [x.position(i + 1), y.position(value)] as const;
  return {
    className,
    ...(index === undefined ? {} : { of: { variant: index } }),
    points: values.map(place),
    marks: values.map((value, i) => ({
      at: place(value, i),
      marker,
      title: `${neutralise(name, 40)}, round ${i + 1}: ${threeDigits(value)}`,
    })),
  };
}
