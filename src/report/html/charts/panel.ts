import { area as areaPath, curveStepAfter, line as linePath } from 'd3-shape';
import { html, type Markup, trusted } from '../markup.ts';
import type { Axis } from './axis.ts';
import { endLabels } from './end-labels.ts';

/** A point as shares of both axes. */
export type Point = readonly [x: number, y: number];

export type Line = {
  className: string;
  points: readonly Point[];
  /** Written at the end of the line. */
  label?: string;
  /** Points that tell their value when pointed at. */
  marks?: readonly { at: Point; marker: string; title: string }[];
};

/** A step area between two heights, for counts in slices of time. */
export type Area = {
  className: string;
  points: readonly (readonly [x: number, low: number, high: number])[];
};

export type Panel = {
  title: string;
  /** A few words behind the title. */
  detail?: string;
  x: Axis;
  y: Axis;
  lines: readonly Line[];
  areas?: readonly Area[];
  height?: number;
};

/** Space for tick labels under and over the plot, pixels. */
const below = 24;
const above = 8;

/**
 * One plot as SVG. Heights are pixels and widths per cent of whatever room there is, so that a chart needs no script to fill a wide screen
 * and keeps its type size on a narrow one.
 */
export function renderPanel({ title, detail, x, y, lines, areas = [], height = 170 }: Panel): Markup {
  const total = height + above + below;
  const down = (share: number) => round(above + (1 - share) * height);
  return html`<div class="panel"><p class="panel-title"><span class="panel-name"><strong>${title}</strong>${detail !== undefined && html` <small>${detail}</small>`}</span><span>${y.title}</span></p><div class="plot">
<svg class="side" width="46" height="${total}" aria-hidden="true">${y.ticks.map(
    ({ at, label }) => html`<text x="40" y="${down(at) + 4}" text-anchor="end">${label}</text>`,
  )}</svg>
<svg class="area" width="100%" height="${total}" aria-hidden="true">${grid(x, y, down, height)}
<svg y="${above}" width="100%" height="${height}" viewBox="0 0 1000 ${height}" preserveAspectRatio="none">${areas.map((area) => renderArea(area, height))}${lines.map(
    (line) => renderLine(line, height),
  )}</svg>${lines.flatMap((line) => renderMarks(line, down))}</svg>${endLabels(lines, down, total)}</div><p class="axis-title">${x.title}</p></div>`;
}

function grid(x: Axis, y: Axis, down: (share: number) => number, height: number): Markup[] {
  return [
    ...y.ticks.map(({ at }) => html`<line class="grid" x1="0" x2="100%" y1="${down(at)}" y2="${down(at)}"/>`),
    ...x.ticks.map(
      ({ at, label, minor }) =>
        html`<line class="grid" x1="${percentOf(at)}" x2="${percentOf(at)}" y1="${above}" y2="${above + height}"/><text class="tick${minor && ' minor'}" x="${percentOf(at)}" y="${above + height + 17}">${label}</text>`,
    ),
    html`<line class="base" x1="0" x2="100%" y1="${above + height}" y2="${above + height}"/>`,
  ];
}

function renderLine({ className, points }: Line, height: number): Markup {
  const path = linePath<Point>()
    .x(([x]) => round(x * 1000))
    .y(([, y]) => round((1 - y) * height))
    .digits(1);
  return html`<path class="line ${className}" d="${trusted(path([...points]) ?? '')}"/>`;
}

function renderArea({ className, points }: Area, height: number): Markup {
  const path = areaPath<Area['points'][number]>()
    .x(([x]) => round(x * 1000))
    .y0(([, low]) => round((1 - low) * height))
    .y1(([, , high]) => round((1 - high) * height))
    .curve(curveStepAfter)
    .digits(1);
  return html`<path class="fill ${className}" d="${trusted(path([...points]) ?? '')}"/>`;
}

function renderMarks({ className, marks = [] }: Line, down: (share: number) => number): Markup[] {
  return marks.map(
    ({ at: [x, y], marker, title }) =>
      html`<use class="mark ${className}" href="#${marker}" x="${percentOf(x)}" y="${down(y)}"><title>${title}</title></use>`,
  );
}

export function percentOf(share: number): string {
  return `${round(share * 100)}%`;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
