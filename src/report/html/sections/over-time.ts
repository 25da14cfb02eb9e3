import type { Result, RoundResult, VariantResult } from '../../../result/index.ts';
import { askedRate } from '../../findings/asked-rate.ts';
import { lengthS, type Slice, slicesOf } from '../../findings/slices.ts';
import { count } from '../../words/numbers.ts';
import { label } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { type Axis, linearAxis, timeAxis } from '../charts/axis.ts';
import { eventMarkers } from '../charts/event-markers.ts';
import { type Figure, panels } from '../charts/figure.ts';
import { renderKey } from '../charts/key.ts';
import { askedLine, outcomeAreas, peakOf, startedLine } from '../charts/outcome-areas.ts';
import { renderPanel } from '../charts/panel.ts';
import type { SeriesStyle } from '../charts/series.ts';
import { variantStyles } from '../charts/variant-style.ts';
import { html, type Markup } from '../markup.ts';
import type { Table } from '../table.ts';

type Course = {
  variant: VariantResult;
  index: number;
  style: SeriesStyle;
  round: RoundResult;
  slices: Slice[];
  seconds: number;
  /** Attempts a second that were asked for in the middle of each slice; null where the load asks for no rate. */
  asked: number[] | null;
};

/** With more rounds than this only the first of each variant is drawn. */
const mostPanels = 12;
/** More panels than this are not even folded away: the result has them, and a page must stay small. */
const mostFolded = 20;
/** A table of more rows than this is summed up in longer slices: nobody reads it, and a page must stay small. */
const mostRows = 100;

/** Attempts and what became of them over the time of a round; null where no round was measured. */
export function overTimeFigure(result: Result): Figure | null {
  const styles = variantStyles(result);
  const all = result.variants.flatMap((variant, i) =>
    variant.rounds.map((round) => courseOf(result, variant, i, styles.of(i), round)),
  );
  const firsts = all.filter(({ variant, round }) => variant.rounds[0] === round);
  const drawn = (all.length > mostPanels ? firsts : all)
    .filter(({ slices }) => slices.length > 0)
    .slice(0, mostFolded);
  if (drawn.length === 0) return null;
  const highest = Math.max(
    ...drawn.flatMap(({ slices, asked }) => [...slices.map(peakOf), ...(asked ?? [])]),
  );
  const y = linearAxis('attempts /s', highest, 4);
  const failures = drawn.some(({ slices }) => slices.some(({ failed }) => failed > 0));
  return {
    title: 'Did the load and its outcomes hold steady?',
    note:
      drawn.length === all.length
        ? undefined
        : `The first round of ${drawn.length < firsts.length ? `the first ${count(drawn.length)} variants` : 'each variant'}.`,
    description: `Attempts per second by outcome over time, ${count(drawn.length)} rounds.`,
    chart: [
      renderKey([
        { mark: 'solid', text: 'let in' },
        { mark: 'light', text: 'turned away' },
        ...(failures ? [{ mark: 'failed' as const, text: 'no decision' }] : []),
        { mark: 'started', text: 'started' },
        ...(drawn.some(({ asked }) => asked !== null)
          ? [{ mark: 'dotted' as const, text: 'asked for' }]
          : []),
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

function courseOf(
  result: Result,
  variant: VariantResult,
  index: number,
  style: SeriesStyle,
  round: RoundResult,
): Course {
  const slices = slicesOf(round);
  const rate = askedRate(result, variant.name, round);
  const half = round.timeline.intervalMs / 2000;
  const asked = rate === null ? null : slices.map(({ atS }) => rate(atS + half));
  return { variant, index, style, round, slices, seconds: lengthS(round), asked };
}

function coursePanel(
  { variant, index, style, round, slices, seconds, asked }: Course,
  y: Axis,
  several: boolean,
): Markup {
  const x = timeAxis(seconds);
  return renderPanel({
    ...(several
      ? { title: label(variant.name, 34), detail: `round ${round.index + 1}` }
      : { title: `Round ${round.index + 1}` }),
    x,
    y,
    height: 150,
    of: { variant: index },
    areas: outcomeAreas(style.className, slices, seconds, x, y),
    lines: [
      startedLine(slices, seconds, x, y),
      ...(asked === null ? [] : [askedLine(slices, asked, seconds, x, y)]),
    ],
    markers: eventMarkers(round, x),
  });
}

function courseTable(drawn: readonly Course[]): Table {
  const total = drawn.reduce((sum, { slices }) => sum + slices.length, 0);
  const stride = Math.ceil(total / mostRows);
  return {
    caption: 'Attempts per second over time',
    columns: [
      { title: 'Variant' },
      ...['Round', 'From, s', 'Asked /s', 'Started /s', 'Let in /s', 'Turned away /s', 'No decision /s'].map(
        (title) => ({
          title,
          numeric: true,
        }),
      ),
    ],
    rows: drawn.flatMap(({ variant, round, slices, asked }) =>
      coarser(slices, stride).map((slice, i) => [
        nameCell(variant.name),
        countCell(round.index + 1),
        figureCell(slice.atS),
        figureCell(asked === null ? undefined : meanOf(asked.slice(i * stride, (i + 1) * stride))),
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
    const mean = (pick: (slice: Slice) => number) => meanOf(group.map(pick));
    return {
      atS: group[0]?.atS ?? 0,
      started: mean(({ started }) => started),
      accepted: mean(({ accepted }) => accepted),
      refused: mean(({ refused }) => refused),
      failed: mean(({ failed }) => failed),
    };
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
