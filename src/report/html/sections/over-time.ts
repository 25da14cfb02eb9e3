import type { Result, RoundResult, VariantResult } from '../../../result/index.ts';
import { count } from '../../words/numbers.ts';
import { label } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { type Axis, linearAxis, timeAxis } from '../charts/axis.ts';
import { type Figure, panels } from '../charts/figure.ts';
import { renderKey } from '../charts/key.ts';
import { type Area, renderPanel } from '../charts/panel.ts';
import type { SeriesStyle } from '../charts/series.ts';
import { variantStyles } from '../charts/variant-style.ts';
import { html, type Markup } from '../markup.ts';
import type { Table } from '../table.ts';

/** A slice of a round, per second, over all cohorts. */
type Slice = { atS: number; started: number; accepted: number; refused: number; failed: number };
type Course = {
  variant: VariantResult;
  style: SeriesStyle;
  round: RoundResult;
  slices: Slice[];
  seconds: number;
};

/** With more rounds than this only the first of each variant is drawn. */
const mostPanels = 12;
/** A table of more rows than this is summed up in longer slices: nobody reads it, and a page must stay small. */
const mostRows = 300;

/** Attempts and what became of them over the time of a round; null where no round was measured. */
export function overTimeFigure(result: Result): Figure | null {
  const styles = variantStyles(result);
  const all = result.variants.flatMap((variant, i) =>
    variant.rounds.map((round) => courseOf(variant, styles.of(i), round)),
  );
  const firsts = all.filter(({ variant, round }) => variant.rounds[0] === round);
  const drawn = (all.length > mostPanels ? firsts : all).filter(({ slices }) => slices.length > 0);
  if (drawn.length === 0) return null;
  const highest = Math.max(...drawn.flatMap(({ slices }) => slices.map(peak)));
  const y = linearAxis('attempts /s', highest, 4);
  const failures = drawn.some(({ slices }) => slices.some(({ failed }) => failed > 0));
  return {
    title: 'Did the load and its outcomes hold steady?',
    note: drawn.length < all.length ? 'The first round of each variant.' : undefined,
    description: `Attempts per second by outcome over time, ${count(drawn.length)} rounds.`,
    chart: [
      renderKey([
        { mark: 'solid', text: 'let in' },
        { mark: 'light', text: 'turned away' },
        ...(failures ? [{ mark: 'failed' as const, text: 'no decision' }] : []),
        { mark: 'started', text: 'started' },
      ]),
      foldMany(drawn.map((course) => coursePanel(course, y, result.variants.length > 1))),
    ],
    table: courseTable(drawn),
  };
}

function foldMany(all: readonly Markup[]): Markup {
  if (all.length <= mostPanels) return panels(all);
  return html`<details class="fold"><summary>${count(all.length)} rounds</summary>${panels(all)}</details>`;
}

function courseOf(variant: VariantResult, style: SeriesStyle, round: RoundResult): Course {
  const { intervalMs, cohorts } = round.timeline;
  const perSecond = intervalMs > 0 ? 1000 / intervalMs : 0;
  const length = Math.max(
    0,
    ...cohorts.map(({ started, accepted }) => Math.max(started.length, accepted.length)),
  );
  const sum = (pick: (cohort: (typeof cohorts)[number]) => readonly number[], slice: number) =>
    cohorts.reduce((total, cohort) => total + (pick(cohort)[slice] ?? 0), 0) * perSecond;
  const slices = Array.from({ length }, (_, i) => ({
    atS: (i * intervalMs) / 1000,
    started: sum(({ started }) => started, i),
    accepted: sum(({ accepted }) => accepted, i),
    refused: sum(({ refused }) => refused, i),
    failed: sum(({ failed }) => failed, i),
  }));
  return { variant, style, round, slices, seconds: (length * intervalMs) / 1000 };
}

function peak({ started, accepted, refused, failed }: Slice): number {
  return Math.max(started, accepted + refused + failed);
}

function coursePanel({ variant, style, round, slices, seconds }: Course, y: Axis, several: boolean): Markup {
  const x = timeAxis(seconds);
  const { className } = style;
  const end: Slice | undefined = slices.at(-1);
  // The last slice is drawn to its end.
  const steps = end === undefined ? [] : [...slices, { ...end, atS: seconds }];
  const layer = (kind: string, low: (slice: Slice) => number, high: (slice: Slice) => number): Area => ({
    className: `${className} ${kind}`,
    points: steps.map((slice) => [x.position(slice.atS), y.position(low(slice)), y.position(high(slice))]),
  });
  return renderPanel({
    ...(several
      ? { title: label(variant.name, 34), detail: `round ${round.index + 1}` }
      : { title: `Round ${round.index + 1}` }),
    x,
    y,
    height: 150,
    areas: [
      layer(
        'solid',
        () => 0,
        ({ accepted }) => accepted,
      ),
      layer(
        'light',
        ({ accepted }) => accepted,
        ({ accepted, refused }) => accepted + refused,
      ),
      layer(
        'failed',
        ({ accepted, refused }) => accepted + refused,
        ({ accepted, refused, failed }) => accepted + refused + failed,
      ),
    ],
    lines: [
      {
        className: 'started',
        points: slices.map((slice) => [
          x.position(slice.atS + seconds / slices.length / 2),
          y.position(slice.started),
        ]),
      },
    ],
  });
}

function courseTable(drawn: readonly Course[]): Table {
  const total = drawn.reduce((sum, { slices }) => sum + slices.length, 0);
  const stride = Math.ceil(total / mostRows);
  return {
    caption: 'Attempts per second over time',
    columns: [
      { title: 'Variant' },
      ...['Round', 'From, s', 'Started /s', 'Let in /s', 'Turned away /s', 'No decision /s'].map((title) => ({
        title,
        numeric: true,
      })),
    ],
    rows: drawn.flatMap(({ variant, round, slices }) =>
      coarser(slices, stride).map((slice) => [
        nameCell(variant.name),
        countCell(round.index + 1),
        figureCell(slice.atS),
        figureCell(slice.started),
        figureCell(slice.accepted),
        figureCell(slice.refused),
        figureCell(slice.failed),
      ]),
    ),
  };
}

function coarser(slices: readonly Slice[], stride: number): Slice[] {
  return Array.from({ length: Math.ceil(slices.length / stride) }, (_, i) => {
    const group = slices.slice(i * stride, (i + 1) * stride);
    const mean = (pick: (slice: Slice) => number) =>
      group.reduce((sum, slice) => sum + pick(slice), 0) / group.length;
    return {
      atS: group[0]?.atS ?? 0,
      started: mean(({ started }) => started),
      accepted: mean(({ accepted }) => accepted),
      refused: mean(({ refused }) => refused),
      failed: mean(({ failed }) => failed),
    };
  });
}
