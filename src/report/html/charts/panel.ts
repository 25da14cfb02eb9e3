import { line as linePath } from 'd3-shape';
import { html, type Markup, trusted } from '../markup.ts';
import type { Axis } from './axis.ts';
import { type Belonging, belonging } from './belonging.ts';
import { endLabels } from './end-labels.ts';
import { stepPath } from './step-path.ts';

/** A point as shares of both axes. */
export type Point = readonly [x: number, y: number];

export type Line = {
  className: string;
  points: readonly Point[];
  /** Written at the end of the line. */
  label?: string;
  of?: Belonging;
  /** Points that tell their value when pointed at. */
  marks?: readonly { at: Point; marker: string; title: string }[];
  /** Bounds of a value, drawn as a stroke with two ends. */
  intervals?: readonly { x: number; low: number; high: number }[];
  /** Single rounds. */
  faint?: readonly Point[];
};

/** Something that happened at one place of the x axis, or lasted from there on: a line over the whole height with a word at it. */
export type Marker = { at: number; until?: number; label: string; tone?: 'good' | 'warning' | 'bad' };

/** A step area between two heights, for counts in slices of time. */
export type Area = {
  className: string;
  points: readonly (readonly [x: number, low: number, high: number])[];
};

/** Cells of a heat map that share a shade, in shares of both axes. */
export type Cells = {
  className: string;
  cells: readonly { x: number; y: number; width: number; height: number }[];
};

export type Panel = {
  title: string;
  /** A few words behind the title. */
  detail?: string;
  x: Axis;
  y: Axis;
  lines: readonly Line[];
  areas?: readonly Area[];
  cells?: readonly Cells[];
  markers?: readonly Marker[];
  height?: number;
  /** For switching what belongs to one variant or cohort on and off. */
  of?: Belonging;
};

/** Space for tick labels under the plot, and over it with and without the labels of markers, pixels. */
const below = 24;
const bare = 8;
const roomForLabels = 24;

/**
 * One plot as SVG. Heights are pixels and widths per cent of whatever room there is, so that a chart needs no script to fill a wide screen
 * and keeps its type size on a narrow one.
 */
export function renderPanel(panel: Panel): Markup {
  const { title, detail, x, y, lines, areas = [], cells = [], markers = [], height = 170, of = {} } = panel;
  const above = markers.length > 0 ? roomForLabels : bare;
  const total = height + above + below;
  const down = (share: number) => round(above + (1 - share) * height);
  return html`<div class="panel${x.spanS !== undefined && ' time'}"${x.spanS !== undefined && html` data-span="${round(x.spanS)}"`}${belonging(of)}><p class="panel-title"><span class="panel-name"><strong>${title}</strong>${detail !== undefined && html` <small>${detail}</small>`}</span><span>${y.title}</span></p><div class="plot">
<svg class="side" width="46" height="${total}" aria-hidden="true">${y.ticks.map(
    ({ at, label }) => html`<text x="40" y="${down(at) + 4}" text-anchor="end">${label}</text>`,
  )}</svg>
<svg class="area" width="100%" height="${total}" aria-hidden="true">${markers.map((marker) => renderSpan(marker, above, height))}${grid(x, y, down, above, height)}
<svg y="${above}" width="100%" height="${height}" viewBox="0 0 1000 ${height}" preserveAspectRatio="none">${cells.map((shade) => renderCells(shade, height))}${areas.map((area) => renderArea(area, height))}${lines.map(
    (line) => renderLine(line, height),
  )}</svg>${markers.map((marker) => renderMarker(marker, above, height))}${lines.map((line) => renderMarks(line, down))}</svg>${endLabels(lines, down, total)}</div><p class="axis-title">${x.title}</p></div>`;
}

function grid(x: Axis, y: Axis, down: (share: number) => number, above: number, height: number): Markup[] {
  return [
    ...y.ticks.map(({ at }) => html`<line class="grid" x1="0" x2="100%" y1="${down(at)}" y2="${down(at)}"/>`),
    ...x.ticks.map(
      ({ at, label, minor }) =>
        html`<line class="grid" x1="${percentOf(at)}" x2="${percentOf(at)}" y1="${above}" y2="${above + height}"/><text class="tick${minor && ' minor'}" x="${percentOf(at)}" y="${above + height + 17}">${label}</text>`,
    ),
    html`<line class="base" x1="0" x2="100%" y1="${above + height}" y2="${above + height}"/>`,
  ];
}

function renderSpan({ at, until, tone = 'warning' }: Marker, above: number, height: number): Markup | null {
  if (until === undefined) return null;
  return html`<rect class="span ${tone}" x="${percentOf(at)}" width="${percentOf(until - at)}" y="${above}" height="${height}"/>`;
}

/** The word stands on that side of the line where there is more room. */
function renderMarker({ at, label, tone }: Marker, above: number, height: number): Markup {
  const right = at > 0.6;
  return html`<g class="marker${tone !== undefined && ` ${tone}`}"><line x1="${percentOf(at)}" x2="${percentOf(at)}" y1="${above - 14}" y2="${above + height}"/><text x="${percentOf(at)}" y="${above - 7}" dx="${right ? -5 : 5}" text-anchor="${right ? 'end' : 'start'}">${label}</text></g>`;
}

function renderLine({ className, points, of = {} }: Line, height: number): Markup {
  const path = linePath<Point>()
    .x(([x]) => round(x * 1000))
    .y(([, y]) => round((1 - y) * height))
    .digits(1);
  return html`<path class="line ${className}"${belonging(of)} d="${trusted(path([...points]) ?? '')}"/>`;
}

function renderArea({ className, points }: Area, height: number): Markup {
  const down = (share: number) => Math.round((1 - share) * height);
  const steps = points.map(([x, low, high]) => [Math.round(x * 1000), down(low), down(high)] as const);
  return html`<path class="fill ${className}" d="${trusted(stepPath(steps))}"/>`;
}

/** One path for all cells of a shade: a rectangle each would be ten times the size. */
function renderCells({ className, cells }: Cells, height: number): Markup {
  const path = cells.map(({ x, y, width, height: share }) => {
    const [w, h] = [round(width * 1000), round(share * height)];
    return `M${round(x * 1000)} ${round((1 - y - share) * height)}h${w}v${h}h${-w}z`;
  });
  return html`<path class="${className}" d="${trusted(path.join(''))}"/>`;
}

/** Bounds and single rounds lie under the marks, of which each tells its value. */
function renderMarks(line: Line, down: (share: number) => number): Markup {
  const { className, marks = [], intervals = [], faint = [], of = {} } = line;
  return html`<g class="${className}"${belonging(of)}>${intervals.map(
    ({ x, low, high }) =>
      html`<svg x="${percentOf(x)}" overflow="visible"><path class="bounds" d="M0 ${down(low)}V${down(high)}M-4 ${down(low)}h8M-4 ${down(high)}h8"/></svg>`,
  )}${faint.map(([x, y]) => html`<circle class="faint" cx="${percentOf(x)}" cy="${down(y)}" r="2.2"/>`)}${marks.map(
    ({ at: [x, y], marker, title }) =>
      html`<use class="mark" href="#${marker}" x="${percentOf(x)}" y="${down(y)}"><title>${title}</title></use>`,
  )}</g>`;
}

export function percentOf(share: number): string {
  return `${round(share * 100)}%`;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
