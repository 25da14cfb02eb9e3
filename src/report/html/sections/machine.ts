import type { Result } from '../../../result/index.ts';
import { calibrationFactor, costFactor, inOrder, type PlayedRound } from '../../findings/machine-course.ts';
import { count, threeDigits } from '../../words/numbers.ts';
import { label, neutralise, plural } from '../../words/text.ts';
import { countCell, figureCell, nameCell, remarkCell } from '../cells.ts';
import { type Axis, ratioAxis, spanAxis } from '../charts/axis.ts';
import { type Figure, panels } from '../charts/figure.ts';
import { renderSeriesKey } from '../charts/key.ts';
import { type Line, renderPanel } from '../charts/panel.ts';
import { seriesPerPanel, seriesStyle } from '../charts/series.ts';
import { html, type Markup } from '../markup.ts';
import { foldedTable, renderTable, type Table } from '../table.ts';

/** Fewer rounds than this show no course. */
const fewest = 3;
/** Of more rounds than this a table tells only those with something to tell. */
const mostRows = 40;

/** What the machine did beside the rounds: its own arithmetic against what the broker cost, and the system's signals; null without any. */
export function machineFigure(result: Result): Figure | null {
  const all = inOrder(result);
  const told = all.filter(({ round }) => round.machine !== undefined);
  if (told.length === 0) return null;
  const noisy = told.filter(isNoisy);
  const drawn = all.length >= fewest;
  const shown = told.length > mostRows ? noisy : told;
  return {
    title: 'Did the machine hold steady?',
    note: html`${drawn && 'Rounds in the order in which they were measured, each over the usual of this run: 1.1 is a tenth dearer. '}${count(noisy.length)} of ${count(told.length)} ${plural(told.length, 'round is', 'rounds are')} marked by the machine’s own signals, never by what was measured; ${plural(told.length, 'it counts', 'they count')} like any other.`,
    description:
      'How slow the calibration was just before each round, and what an attempt cost the broker in it.',
    chart: drawn && course(all, result),
    table: machineTable(shown, told.length),
    open: !drawn,
  };
}

function isNoisy({ round }: PlayedRound): boolean {
  return (round.machine?.noisy ?? []).length > 0;
}

function course(all: readonly PlayedRound[], { variants }: Result): Markup {
  const calibrated = all.map((played) => ({ played, factor: calibrationFactor(all, played) }));
  const costs = all.map((played) => ({ played, factor: costFactor(played) }));
  const x = spanAxis('place in the run', 1, all.length);
  const y = ratioAxis(
    '× usual',
    [...calibrated, ...costs].flatMap(({ factor }) => factor ?? []),
  );
  const series = variants.length <= seriesPerPanel ? variants.map((_, index) => index) : [];
  const costLines =
    series.length > 0
      ? series.map((index) =>
          line(
            costs.filter(({ played }) => played.index === index),
            x,
            y,
            index,
            'broker CPU',
          ),
        )
      : [line(costs, x, y, 0, 'broker CPU')];
  return html`${series.length > 1 && renderSeriesKey(variants.map(({ name }) => label(name, 30)))}${panels([
    renderPanel({
      title: 'Signing, verifying, key exchange',
      x,
      y,
      lines: [{ ...line(calibrated, x, y, 0, 'calibration'), className: 'quantile solid' }],
    }),
    renderPanel({ title: 'Broker CPU per attempt', x, y, lines: costLines }),
  ])}`;
}

function line(
  all: readonly { played: PlayedRound; factor: number | null }[],
  x: Axis,
  y: Axis,
  style: number,
  what: string,
): Line {
  const { className, marker } = seriesStyle(style);
  const known = all.filter(({ factor }) => factor !== null);
  const noisy = known.map(({ played }) => isNoisy(played));
  const marks = known.flatMap(({ played, factor }) =>
    factor === null
      ? []
      : [
          {
            at: [x.position(played.round.order + 1), y.position(factor)] as const,
            marker,
            title: `${neutralise(played.variant.name, 40)}, round ${played.round.index + 1}: ${what} ${threeDigits(factor)}×`,
          },
        ],
  );
  // Of many rounds only those are told apart that the machine speaks against.
  const many = all.length > mostRows;
  return {
    className,
    points: marks.map(({ at }) => at),
    marks: marks.filter((_, i) => !many || noisy[i] === true),
  };
}

function machineTable(shown: readonly PlayedRound[], of: number): Table {
  const titles = [
    'Measured as',
    'Round',
    'P-256 verify before, µs',
    'Load average',
    'Stolen, %',
    'Other programs, cores',
    'Clock, MHz',
    'Throttled',
  ];
  return {
    caption: shown.length < of ? 'The machine in rounds that are marked' : 'The machine in each round',
    columns: [
      { title: 'Variant' },
      ...titles.map((title) => ({ title, numeric: true })),
      { title: 'Against the round' },
    ],
    rows: shown.map(({ variant, round: { order, index, machine } }) => [
      nameCell(variant.name),
      countCell(order + 1),
      countCell(index + 1),
      figureCell(machine?.calibration.p256Verify),
      figureCell(machine?.loadAverage1),
      figureCell(machine?.stealShare === undefined ? undefined : 100 * machine.stealShare),
      figureCell(machine?.otherCores),
      figureCell(machine?.frequencyMHz),
      countCell(machine?.throttles),
      remarkCell((machine?.noisy ?? []).join('; ')),
    ]),
  };
}

/** TCP as the kernel counted it, round by round; null where it did not tell. */
export function kernelTable(result: Result): Markup | null {
  const told = inOrder(result).filter(({ round }) => round.kernel !== undefined);
  if (told.length === 0) return null;
  const shown = told.length > mostRows ? told.filter(isTroubled) : told;
  const table: Table = {
    caption: shown.length < told.length ? 'TCP in rounds with troubles' : 'TCP in each round',
    columns: [
      { title: 'Variant' },
      ...[
        'Round',
        'Connects of this run',
        'Connects in all',
        'Failed',
        'Segments sent again',
        'SYN sent again',
        'Accept queue full',
        'Dropped',
        'TIME_WAIT before',
        'and after',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: shown.map(({ variant, round: { index, kernel } }) => [
      nameCell(variant.name),
      countCell(index + 1),
      countCell(kernel?.connects),
      countCell(kernel?.activeOpens),
      countCell(kernel?.attemptFails),
      countCell(kernel?.retransmits),
      countCell(kernel?.synRetransmits),
      countCell(kernel?.listenOverflows),
      countCell(kernel?.listenDrops),
      countCell(kernel?.timeWaitBefore),
      countCell(kernel?.timeWaitAfter),
    ]),
  };
  return html`<h3>What did the kernel count?</h3><p class="note">TCP for everybody on this machine while a round ran${
    shown.length < told.length &&
    html`; ${count(told.length - shown.length)} of ${count(told.length)} rounds had nothing failed, full or dropped`
  }.</p>${shown.length > 15 ? foldedTable(table) : shown.length > 0 && renderTable(table)}`;
}

function isTroubled({ round: { kernel } }: PlayedRound): boolean {
  return [kernel?.attemptFails, kernel?.synRetransmits, kernel?.listenOverflows, kernel?.listenDrops].some(
    (value) => value !== undefined && value > 0,
  );
}
