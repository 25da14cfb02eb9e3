import type { Result, RoundResult, VariantResult } from '../../../result/index.ts';
import { type Bins, latencySlices, quantileOfBins } from '../../findings/latency-slices.ts';
import { count, threeDigits } from '../../words/numbers.ts';
import { label, neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { type Axis, logAxis, timeAxis } from '../charts/axis.ts';
import type { Belonging } from '../charts/belonging.ts';
import { eventMarkers } from '../charts/event-markers.ts';
import { type Figure, panels } from '../charts/figure.ts';
import { renderDensityKey } from '../charts/key.ts';
import { type Cells, type Line, renderPanel } from '../charts/panel.ts';
import { seriesPerPanel } from '../charts/series.ts';
import { html, type Markup } from '../markup.ts';

/** More panels than this are left out: of each variant the largest cohort is drawn first. */
const mostPanels = 9;
/** With many variants a page must stay small. */
const fewPanels = 6;
/** Columns of a panel; slices are put together where a round has more. */
const mostColumns = 50;
const shades = 6;
/** A table of more rows than this has longer slices. */
const mostRows = 100;

type Course = {
  name: string;
  cohort: string;
  of: Belonging;
  round: RoundResult;
  intervalS: number;
  slices: Bins[];
};

/** Latency over the time of a round: how many attempts took how long, with the median and the 99th percentile. null without such data. */
export function heatMapFigure(result: Result): Figure | null {
  const all = coursesOf(result);
  if (all.length === 0) return null;
  const drawn = all.slice(0, result.variants.length > seriesPerPanel ? fewPanels : mostPanels);
  const every = Math.ceil(drawn.reduce((sum, { slices }) => sum + slices.length, 0) / mostRows);
  const values = drawn.flatMap(({ slices }) => slices.flatMap(occupied));
  const y = logAxis('ms, logarithmic', values, 6);
  return {
    title: 'Did waiting change in the course of a round?',
    note: `Each column is a slice of time, and the darker a cell the more attempts took that long, of the first round${
      drawn.length < all.length ? `; ${count(drawn.length)} of ${count(all.length)} panels` : ''
    }. Lines: p50 and p99, as far as these bins tell.`,
    description: `Latency over time, ${drawn.length} panels.`,
    chart: html`${renderDensityKey(shades)}${panels(drawn.map((course) => coursePanel(course, y)))}`,
    table: {
      caption: 'Latency over time, read from bins',
      columns: [
        { title: 'Variant' },
        { title: 'Cohort' },
        ...['From, s', 'Decided', 'p50, ms', 'p99, ms'].map((title) => ({ title, numeric: true })),
      ],
      rows: drawn.flatMap(({ name, cohort, intervalS, slices }) =>
        joinEach(slices, every).map((bins, i) => [
          nameCell(name),
          nameCell(cohort),
          figureCell(i * every * intervalS),
          countCell(total(bins)),
          figureCell(quantileOfBins(bins, 0.5) ?? undefined),
          figureCell(quantileOfBins(bins, 0.99) ?? undefined),
        ]),
      ),
    },
  };
}

/** One variant: its cohorts; several: the largest cohort of each. */
function coursesOf({ variants }: Result): Course[] {
  return variants.flatMap((variant, index) => {
    const [round] = variant.rounds;
    if (round === undefined) return [];
    const cohorts = variant.cohorts
      .toSorted((a, b) => b.attempts - a.attempts)
      .slice(0, variants.length > 1 ? 1 : mostPanels);
    return cohorts.flatMap(({ name }) => courseOf(variant, { variant: index }, round, name) ?? []);
  });
}

function courseOf({ name }: VariantResult, of: Belonging, round: RoundResult, cohort: string): Course | null {
  const slices = latencySlices(round, new Set([cohort])) ?? [];
  if (!slices.some((bins) => total(bins) > 0)) return null;
  const stride = Math.ceil(slices.length / mostColumns);
  const intervalS = (stride * round.timeline.intervalMs) / 1000;
  return { name, cohort, of, round, intervalS, slices: joinEach(slices, stride) };
}

function joinEach(slices: readonly Bins[], stride: number): Bins[] {
  return Array.from({ length: Math.ceil(slices.length / stride) }, (_, i) =>
    join(slices.slice(i * stride, (i + 1) * stride)),
  );
}

function join(slices: readonly Bins[]): Bins {
  const counts: number[] = [];
  for (const bins of slices)
    for (const [bin, value] of bins.counts.entries()) counts[bin] = (counts[bin] ?? 0) + (value ?? 0);
  return { boundsMs: slices[0]?.boundsMs ?? [], counts };
}

function coursePanel(course: Course, y: Axis): Markup {
  const { name, cohort, of, slices, intervalS, round } = course;
  const x = timeAxis(slices.length * intervalS);
  const line = (share: number, className: string): Line => {
    const points = slices.flatMap((bins, i) => {
      const value = quantileOfBins(bins, share);
      return value === null ? [] : [{ atS: (i + 0.5) * intervalS, value }];
    });
    const place = ({ atS, value }: (typeof points)[number]) => [x.position(atS), y.position(value)] as const;
    const every = Math.max(1, Math.ceil(points.length / 8));
    return {
      className: `quantile ${className}`,
      points: points.map(place),
      marks: points
        .filter((_, i) => i % every === 0)
        .map((point) => ({
          at: place(point),
          marker: 'marker-0',
          title: `${neutralise(cohort, 40)}, ${threeDigits(point.atS)} s: p${share * 100} ${threeDigits(point.value)} ms`,
        })),
    };
  };
  return renderPanel({
    title: label(cohort, 26),
    detail: label(name, 24),
    x,
    y,
    of,
    cells: shadesOf(course, x, y),
    lines: [line(0.5, 'solid'), line(0.99, 'dash-1')],
    markers: eventMarkers(round, x),
  });
}

/** The shade goes by the square root of the count: half as many attempts are still seen. */
function shadesOf({ slices, intervalS }: Course, x: Axis, y: Axis): Cells[] {
  const most = Math.max(...slices.flatMap(({ counts }) => counts.map((value) => value ?? 0)));
  const byShade = Array.from(
    { length: shades },
    (): { x: number; y: number; width: number; height: number }[] => [],
  );
  for (const [i, { boundsMs, counts }] of slices.entries())
    for (const [bin, value = 0] of counts.entries()) {
      if (value === 0) continue;
      const [low, high] = boundsOf(boundsMs, bin).map(y.position) as [number, number];
      const left = x.position(i * intervalS);
      const shade = Math.min(shades - 1, Math.floor(shades * Math.sqrt(value / most)));
      byShade[shade]?.push({
        x: left,
        y: low,
        width: x.position((i + 1) * intervalS) - left,
        height: high - low,
      });
    }
  return byShade.flatMap((cells, shade) =>
    cells.length === 0 ? [] : [{ className: `density-${shade}`, cells }],
  );
}

function boundsOf(boundsMs: readonly number[], bin: number): [number, number] {
  const high = boundsMs[bin] ?? 1;
  return [boundsMs[bin - 1] ?? high / 2, high];
}

function occupied({ boundsMs, counts }: Bins): number[] {
  return counts.flatMap((value, bin) => ((value ?? 0) > 0 ? boundsOf(boundsMs, bin) : []));
}

function total({ counts }: Bins): number {
  return counts.reduce((sum, value) => sum + (value ?? 0), 0);
}
