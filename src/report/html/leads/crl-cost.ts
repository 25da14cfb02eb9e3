import type { Result } from '../../../result/index.ts';
import { meanInterval } from '../../../stats/index.ts';
import { type CostCurve, type CostPoint, costCurves, crossovers } from '../../findings/revocation-cost.ts';
import { servicesCpu } from '../../findings/rounds.ts';
import { count, duration } from '../../words/numbers.ts';
import { listOf, neutralise } from '../../words/text.ts';
import { calculator } from '../calculator/calculator.ts';
import { costsOf } from '../calculator/costs.ts';
import { bytesCell, countCell, figureCell, nameCell } from '../cells.ts';
import { type Axis, logAxis, sizeAxis } from '../charts/axis.ts';
import { panels, renderFigure } from '../charts/figure.ts';
import { renderKey } from '../charts/key.ts';
import { type Marker, renderPanel } from '../charts/panel.ts';
import { seriesPerPanel, seriesStyle } from '../charts/series.ts';
import { sizedLine } from '../charts/size-curves.ts';
import { html, type Markup } from '../markup.ts';
import { foldedTable, type Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** Broker CPU per attempt against the number of revoked certificates, where a CRL stops being the cheaper way, and what a fleet pays. */
export const crlCostLead: Lead = {
  name: 'crl-cost',
  fits: (result) => costCurves(result).length > 0,
  render: (result) => {
    const curves = costCurves(result);
    const severalRounds = curves.some(({ points }) => points.some(({ rounds }) => rounds.length > 1));
    return html`${renderFigure({
      title: 'From how many revoked certificates on is a CRL the dearer way?',
      note: 'Crossovers are interpolated on these axes; their bounds are resampled over rounds. 0 stands at the edge, since it has no logarithm.',
      description: `Broker CPU per attempt against the number of revoked certificates, a line for each of ${listOf(curves.map(({ name }) => neutralise(name, 40)))}.`,
      chart: [
        renderKey(
          severalRounds
            ? [
                { mark: 'faint', text: 'single rounds' },
                { mark: 'upright', text: '95 % interval over rounds' },
              ]
            : [],
        ),
        chart(result, curves),
      ],
      table: costTable(curves),
    })}${foldedTable(aroundTable(curves))}${calculator(costsOf(result, curves))}`;
  },
};

/** One panel for up to five methods, else small multiples on one scale. */
function chart({ variants }: Result, curves: readonly CostCurve[]): Markup {
  const points = curves.flatMap((curve) => curve.points);
  const x = sizeAxis(
    'revoked certificates, logarithmic',
    points.map(({ entries }) => entries),
  );
  const y = logAxis(
    'broker CPU, ms per attempt',
    points.flatMap(({ cpuMs, rounds }) => [cpuMs, ...rounds]),
  );
  const lines = curves.map((curve, i) =>
    sizedLine(
      { name: curve.name, style: seriesStyle(i), points: curve.points.map((point) => pointOf(curve, point)) },
      x,
      y,
    ),
  );
  if (lines.length <= seriesPerPanel)
    return panels([
      renderPanel({ title: 'Each method', x, y, lines, height: 340, markers: crossings(curves, x) }),
    ]);
  return panels(
    curves.map((curve, i) => {
      const of = curve.points.map(({ variant }) => variants.indexOf(variant));
      return renderPanel({
        title: neutralise(curve.name, 40),
        x,
        y,
        lines: lines.slice(i, i + 1).map(({ label: _, ...line }) => line),
        ...(of.length === 1 && of[0] !== undefined ? { of: { variant: of[0] } } : {}),
      });
    }),
  );
}

/** Where a method becomes cheaper than the CRL; of those that lie close together the first, so that their words don't collide. */
function crossings(curves: readonly CostCurve[], x: Axis): Marker[] {
  const all = crossovers(curves).flatMap(({ candidate, crossover }): Marker[] =>
    crossover.kind === 'at'
      ? [
          {
            at: x.position(crossover.size),
            label: `${neutralise(candidate, 30)}: ${count(Number(crossover.size.toPrecision(2)))}`,
          },
        ]
      : [],
  );
  return all.filter(({ at }, i) => all.slice(0, i).every((other) => Math.abs(other.at - at) > 0.22));
}

function pointOf({ name }: CostCurve, { entries, cpuMs, rounds }: CostPoint) {
  return {
    x: entries,
    value: cpuMs,
    rounds,
    title: `${neutralise(name, 40)}, ${count(entries)} revoked: ${duration(cpuMs)} of broker CPU per attempt`,
  };
}

function costTable(curves: readonly CostCurve[]): Table {
  return {
    caption: 'Broker CPU by method and number of revoked certificates',
    columns: [
      { title: 'Method' },
      ...[
        'Revoked',
        'Broker CPU per attempt, ms',
        '95 % low',
        '95 % high',
        'Rounds',
        'Services’ CPU per attempt, ms',
        'Attempts/s that fill one core',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: curves.flatMap(({ name, points }) =>
      points.map(({ entries, cpuMs, rounds, variant }) => {
        const interval = meanInterval(rounds);
        return [
          nameCell(name),
          countCell(entries),
          figureCell(cpuMs),
          figureCell(interval === null ? undefined : Math.max(0, interval.low)),
          figureCell(interval?.high),
          countCell(rounds.length),
          figureCell(servicesCpu(variant)),
          figureCell(1000 / cpuMs),
        ];
      }),
    ),
  };
}

/** What else grows with the list: waiting, memory, reading it. */
function aroundTable(curves: readonly CostCurve[]): Table {
  return {
    caption: 'Latency, achieved rate, memory and load time by method and number of revoked certificates',
    columns: [
      { title: 'Method' },
      ...[
        'Revoked',
        'Let in, p50 ms',
        'p99 ms',
        'Turned away, p50 ms',
        'Attempts/s achieved',
        'Broker RSS, MiB',
        'Index or list in memory, MiB',
        'List',
        'Reading it, ms',
        'Stall of the event loop, ms',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: curves.flatMap(({ name, points }) =>
      points.map(({ entries, variant }) => {
        const { cohorts, target, rounds, accounting } = variant;
        const letIn = cohorts.find(({ latencyMs }) => latencyMs.authenticated !== undefined)?.latencyMs
          .authenticated;
        const turnedAway = cohorts.find(({ latencyMs }) => latencyMs.rejected !== undefined)?.latencyMs
          .rejected;
        const elapsedMs = rounds.reduce((sum, round) => sum + round.elapsedMs, 0);
        const { revocation } = target;
        return [
          nameCell(name),
          countCell(entries),
          figureCell(letIn?.p50),
          figureCell(letIn !== undefined && letIn.count >= 100 ? letIn.p99 : undefined),
          figureCell(turnedAway?.p50),
          figureCell(elapsedMs > 0 ? (1000 * accounting.finished) / elapsedMs : undefined),
          figureCell(target.rssPeakMiB),
          figureCell(revocation?.memoryMiB),
          bytesCell(revocation?.bytes ?? variant.corpus.crlBytes),
          figureCell(revocation?.loadMs),
          figureCell(revocation?.stallMs),
        ];
      }),
    ),
  };
}
