import { type Flood, type FloodCurve, floodOf } from '../../findings/flood.ts';
import { threeDigits } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell, toneCell } from '../cells.ts';
import { linearAxis, logAxis } from '../charts/axis.ts';
import { panels, renderFigure } from '../charts/figure.ts';
import { type Line, type Marker, renderPanel } from '../charts/panel.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { seriesPerPanel, seriesStyle } from '../charts/series.ts';
import { html, type Markup } from '../markup.ts';
import { bundledRemark } from '../sections/layers.ts';
import { foldedTable, type Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** What victims wait against the rate of the flood, with the rate from which on they are no longer served as they should be. */
export const floodLead: Lead = {
  name: 'flood',
  fits: (result) => floodOf(result) !== null,
  render: (result) => {
    const flood = floodOf(result);
    if (flood === null) return html``;
    return html`${renderFigure({
      title: 'How much of a flood can the victims bear?',
      note: `The objective: ${neutralise(flood.objective, 120)} (the dotted line), no session lost, and not more than 1 % of the good clients turned away.`,
      description: `99th percentile of what victims wait for ${flood.waiting} against the rate of the flood, ${flood.curves.length} lines.`,
      chart: html`${flood.curves.length > 1 && breakingChart(flood)}${chart(flood)}`,
      table: breakingTable(flood),
      open: true,
    })}${foldedTable(pointsTable(flood))}${bundledRemark(result)}`;
  },
};

function chart({ objectiveMs, waiting, curves }: Flood): Markup {
  const ownPanels = curves.length === 1 || curves.length > seriesPerPanel;
  const points = curves.flatMap((curve) => curve.points);
  const x = linearAxis('bad clients per second', Math.max(...points.map(({ rate }) => rate)), 5);
  const y = logAxis(curves.length > seriesPerPanel ? 'p99, ms' : `p99 until ${waiting}, ms`, [
    objectiveMs,
    ...points.flatMap(({ p99Ms }) => p99Ms ?? []),
  ]);
  const objective: Line = {
    className: 'dotted',
    points: [
      [0, y.position(objectiveMs)],
      [1, y.position(objectiveMs)],
    ],
  };
  const lines = curves.map((curve, i): Line => {
    const { className, marker } = seriesStyle(i);
    const known = curve.points.flatMap(({ rate, p99Ms }) => (p99Ms === null ? [] : [{ rate, p99Ms }]));
    const at = ({ rate, p99Ms }: { rate: number; p99Ms: number }) =>
      [x.position(rate), y.position(p99Ms)] as const;
    return {
      className,
      label: curve.name,
      points: known.map(at),
      marks: known.map((point) => ({
        at: at(point),
        marker,
        title: `${neutralise(curve.name, 40)}, ${threeDigits(point.rate)} bad clients a second: p99 ${threeDigits(point.p99Ms)} ms`,
      })),
    };
  });
  const broken = (curve: FloodCurve): Marker[] =>
    typeof curve.breaking === 'string'
      ? []
      : [
          {
            at: x.position(curve.breaking.low),
            until: x.position(curve.breaking.high),
            label: ownPanels ? 'breaks' : neutralise(curve.name, 24),
            tone: 'bad',
          },
        ];
  if (ownPanels)
    return panels(
      curves.map((curve, i) =>
        renderPanel({
          title: neutralise(curve.name, 40),
          x,
          y,
          height: curves.length === 1 ? 300 : 150,
          markers: broken(curve),
          lines: [objective, ...lines.slice(i, i + 1).map(({ label: _, ...line }) => line)],
        }),
      ),
    );
  return panels([
    renderPanel({
      title: 'Each defence',
      x,
      y,
      lines: [objective, ...lines],
      height: 320,
      markers: curves.flatMap(broken),
    }),
  ]);
}

/** Up to which rate each variant's victims were served as they should be, side by side. */
function breakingChart({ curves }: Flood): Markup {
  const mostOf = ({ points }: FloodCurve) => Math.max(...points.map(({ rate }) => rate));
  const borne = (curve: FloodCurve, { breaking }: Pick<FloodCurve, 'breaking'> = curve) =>
    breaking === 'never' ? mostOf(curve) : breaking === 'always' ? 0 : breaking.low;
  const rows = curves.map((curve): Row => {
    const { name, indices, breaking, interval, rounds } = curve;
    const [variant] = indices;
    const bounds = interval ?? (typeof breaking === 'string' ? null : breaking);
    return {
      name,
      className: '',
      marker: 'marker-0',
      ...(indices.length === 1 && variant !== undefined ? { of: { variant } } : {}),
      bars: [
        {
          className: 'solid series-0',
          value: borne(curve),
          title: `${neutralise(name, 60)}: served as they should be up to ${threeDigits(borne(curve))} bad clients a second`,
        },
      ],
      points: [],
      ...(bounds === null ? {} : { interval: [Math.max(0, bounds.low), bounds.high] as const }),
      ...(rounds.length > 1 ? { faint: rounds.map((one) => borne(curve, { breaking: one })) } : {}),
      text:
        breaking === 'never'
          ? `≥ ${threeDigits(borne(curve))}`
          : breaking === 'always'
            ? 'none'
            : `${threeDigits(breaking.low)} – ${threeDigits(breaking.high)}`,
    };
  });
  const several = curves.some(({ rounds }) => rounds.length > 1);
  return renderRows(
    linearAxis(
      'bad clients per second that victims bear',
      Math.max(...curves.map(mostOf), ...rows.flatMap(({ interval }) => interval?.[1] ?? 0)),
      5,
    ),
    rows,
    [
      ...(several ? [{ mark: 'faint', text: 'single rounds' } as const] : []),
      {
        mark: 'interval',
        text: several
          ? '95 % interval over the rounds that broke'
          : 'from the last rate that was kept to the first that was not',
      },
    ],
    'kept – missed, /s',
  );
}

function breakingTable({ curves }: Flood): Table {
  return {
    caption: 'Where victims are no longer served as they should be',
    columns: [
      { title: 'Variant' },
      { title: 'Verdict' },
      ...[
        'Kept up to, /s',
        'Missed from, /s',
        'Breaking point over rounds, /s',
        '95 % low',
        '95 % high',
        'Rounds that broke',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: curves.map(({ name, breaking, interval, rounds, points }) => [
      nameCell(name),
      breaking === 'never'
        ? toneCell('good', 'bore all of it')
        : breaking === 'always'
          ? toneCell('bad', 'bore none of it')
          : toneCell('warning', 'broke'),
      figureCell(
        breaking === 'never' ? points.at(-1)?.rate : breaking === 'always' ? undefined : breaking.low,
      ),
      figureCell(typeof breaking === 'string' ? undefined : breaking.high),
      figureCell(interval?.estimate),
      figureCell(interval?.low),
      figureCell(interval?.high),
      countCell(rounds.filter((one) => one !== 'never').length),
    ]),
  };
}

function pointsTable({ curves, waiting }: Flood): Table {
  return {
    caption: 'Victims by flood rate',
    columns: [
      { title: 'Variant' },
      ...[
        'Bad clients /s',
        `p99 until ${waiting}, ms`,
        'Good clients not let in, %',
        'Sessions lost',
        'Missed pings',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: curves.flatMap(({ name, points }) =>
      points.map(({ rate, p99Ms, lostShare, cut, missedPings }) => [
        nameCell(name),
        figureCell(rate),
        figureCell(p99Ms ?? undefined),
        figureCell(100 * lostShare),
        figureCell(cut),
        figureCell(missedPings),
      ]),
    ),
  };
}
