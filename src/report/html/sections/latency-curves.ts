import type { CohortResult, Result, VariantResult } from '../../../result/index.ts';
import { count, threeDigits } from '../../words/numbers.ts';
import { plural } from '../../words/text.ts';
import { figureCell, nameCell } from '../cells.ts';
import { type Axis, linearAxis, logAxis, ninesAxis } from '../charts/axis.ts';
import type { Belonging } from '../charts/belonging.ts';
import { cumulativeCurve, percentileCurve, type Quantiles, readHistogram } from '../charts/curves.ts';
import { type Figure, panels } from '../charts/figure.ts';
import { renderKey, renderSeriesKey } from '../charts/key.ts';
import { type Line, renderPanel } from '../charts/panel.ts';
import { seriesStyle } from '../charts/series.ts';
import type { Markup } from '../markup.ts';
import type { Table } from '../table.ts';
import { latencyTable } from './latency-table.ts';

type Measured = {
  /** Places in the result. */
  of: Belonging;
  cohort: CohortResult;
  variant: VariantResult;
  style: number;
  phase: 'authenticated' | 'rejected';
  service: Quantiles | null;
  response: Quantiles | null;
};

/** Percentile plot and ECDF, a panel for each cohort on common scales. `missing` names what could not be drawn. */
export function curveFigures(result: Result): { figures: Figure[]; missing: string[] } {
  const measured = cohortNames(result).map((name) => ({ name, all: measuredOf(result, name) }));
  const drawn = measured.filter(({ all }) => all.some(({ service }) => service !== null));
  const missing = measured
    .filter(({ all }) => all.some(({ service }) => service === null))
    .map(({ name }) => name);
  if (drawn.length === 0) return { figures: [], missing };
  const quantiles = drawn.flatMap(({ all }) => all.flatMap(({ service, response }) => [service, response]));
  const present = quantiles.filter((one) => one !== null);
  const values = present.flatMap((one) => [one.at(0), one.at(1)]);
  const most = Math.max(...present.map((one) => one.count));
  const several = result.variants.length > 1;
  const names = result.variants.map(({ name }) => name);
  const nines = ninesAxis(most);
  const percentiles = drawn.map(({ name, all }) =>
    percentilePanel(name, all, nines, logAxis('ms', values), several),
  );
  const cumulative = drawn.map(({ name, all }) =>
    cumulativePanel(name, all, logAxis('ms, logarithmic', values), several),
  );
  const responses = drawn.some(({ all }) => all.some(({ response }) => response !== null));
  const description = `${drawn.length} ${plural(drawn.length, 'panel')}, one for each cohort.`;
  return {
    missing,
    figures: [
      {
        title: 'How slow is the slowest one in a hundred, or in a thousand?',
        note: 'Each step to the right is one more nine. A curve ends at the last percentile that its number of attempts can tell.',
        description: `Latency over percentile. ${description}`,
        chart: [responses && !several && clocksKey, panels(percentiles)],
        table: latencyTable(result, 'service'),
      },
      {
        title: 'What share has its answer by then?',
        note: 'Cumulative share of the attempts of a cohort over its waiting time (ECDF).',
        description: `Share of attempts over latency. ${description}`,
        // The curves all end at 100 %, where labels would lie on one another: a legend instead.
        chart: [responses && !several && clocksKey, several && renderSeriesKey(names), panels(cumulative)],
        table: sharesTable(drawn, several),
      },
    ],
  };
}

const clocksKey = renderKey([
  { mark: 'line', text: 'service time' },
  { mark: 'dotted', text: 'response time' },
]);

function percentilePanel(
  name: string,
  all: readonly Measured[],
  x: ReturnType<typeof ninesAxis>,
  y: Axis,
  several: boolean,
): Markup {
  const lines = all.flatMap(({ of, service, response, style, variant }): Line[] => {
    const { className, marker } = seriesStyle(style);
    if (service === null) return [];
    const at = several ? `${variant.name}, ` : '';
    const marks = [0.5, 0.9, 0.99, 0.999]
      .filter((share) => 1 - share >= 1 / service.count)
      .map((share) => ({
        at: [x.position(share), y.position(service.at(share))] as const,
        marker,
        title: `${name}, ${at}p${Number((share * 100).toFixed(1))}: ${threeDigits(service.at(share))} ms`,
      }));
    const curve = percentileCurve(service, x, y);
    return [
      ...(response === null || several
        ? []
        : [{ of, className: `${className} dotted`, points: percentileCurve(response, x, y) }]),
      { of, className, points: curve, marks, ...(several ? { label: variant.name } : {}) },
    ];
  });
  return renderPanel({ title: name, detail: howMany(all), x, y, lines, of: panelOf(all) });
}

function cumulativePanel(name: string, all: readonly Measured[], x: Axis, several: boolean): Markup {
  const y = linearAxis('%', 100, 4);
  const share: Axis = { ...y, position: (value) => y.position(value * 100) };
  const lines = all.flatMap(({ of, service, response, style, variant }): Line[] => {
    const { className, marker } = seriesStyle(style);
    if (service === null) return [];
    const at = several ? `${variant.name}, ` : '';
    return [
      ...(response === null || several
        ? []
        : [{ of, className: `${className} dotted`, points: cumulativeCurve(response, x, share) }]),
      {
        of,
        className,
        points: cumulativeCurve(service, x, share),
        marks: [0.5, 0.9].map((part) => ({
          at: [x.position(service.at(part)), share.position(part)] as const,
          marker,
          title: `${name}, ${at}${part * 100} % within ${threeDigits(service.at(part))} ms`,
        })),
      },
    ];
  });
  return renderPanel({ title: name, detail: howMany(all), x, y: share, lines, of: panelOf(all) });
}

/** The panel goes with its cohort, and only with that. */
function panelOf(all: readonly Measured[]): Belonging {
  const cohort = all[0]?.of.cohort;
  return cohort === undefined ? {} : { cohort };
}

function howMany(all: readonly Measured[]): string {
  const attempts = all.reduce((sum, { service }) => sum + (service?.count ?? 0), 0);
  const how = all.every(({ phase }) => phase === 'authenticated') ? 'let in' : 'turned away';
  return `${count(attempts)} ${how}`;
}

/** The ECDF read at round shares. */
function sharesTable(drawn: readonly { name: string; all: readonly Measured[] }[], several: boolean): Table {
  const shares = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
  return {
    caption: 'Milliseconds within which a share of the attempts has its answer, service time',
    columns: [
      { title: 'Cohort' },
      ...(several ? [{ title: 'Variant' }] : []),
      ...shares.map((share) => ({ title: `${Math.round(share * 100)} %`, numeric: true })),
    ],
    rows: drawn.flatMap(({ name, all }) =>
      all.flatMap(({ service, variant }) =>
        service === null
          ? []
          : [
              [
                nameCell(name),
                ...(several ? [nameCell(variant.name)] : []),
                ...shares.map((share) =>
                  figureCell(share <= 1 - 1 / service.count ? service.at(share) : undefined),
                ),
              ],
            ],
      ),
    ),
  };
}

function cohortNames({ variants }: Pick<Result, 'variants'>): string[] {
  return [...new Set(variants.flatMap(({ cohorts }) => cohorts.map(({ name }) => name)))];
}

/** With one variant a colour is a cohort, with several it is a variant: the same on the whole page. */
function measuredOf({ variants }: Result, name: string): Measured[] {
  return variants.flatMap((variant, v) =>
    variant.cohorts.flatMap((cohort, c): Measured[] => {
      if (cohort.name !== name) return [];
      const phase = cohort.latencyMs.authenticated === undefined ? 'rejected' : 'authenticated';
      if (cohort.latencyMs[phase] === undefined) return [];
      const read = (key: string) => {
        const text = cohort.histograms[key];
        return text === undefined ? null : readHistogram(text);
      };
      const style = variants.length > 1 ? v : c;
      const of = {
        ...(variants.length > 1 ? { variant: v } : {}),
        cohort: cohortNames({ variants }).indexOf(name),
      };
      return [
        { of, cohort, variant, style, phase, service: read(phase), response: read(`response.${phase}`) },
      ];
    }),
  );
}
