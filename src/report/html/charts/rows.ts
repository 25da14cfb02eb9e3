import { label } from '../../words/text.ts';
import { breakable } from '../cells.ts';
import { html, type Markup } from '../markup.ts';
import type { Axis } from './axis.ts';
import { type Belonging, belonging } from './belonging.ts';
import { type KeyEntry, renderKey } from './key.ts';
import { percentOf } from './panel.ts';

/** One row of a row chart: a name, what is drawn on the common axis, and the figure in words. */
export type Row = {
  name: string;
  /** A word or two under the name. */
  detail?: string;
  className: string;
  marker: string;
  /** Stacked from 0: only on a linear axis. */
  bars?: readonly { className: string; value: number; title: string }[];
  /** A thin line, for example from p50 to p99. */
  range?: readonly [number, number];
  /** An interval with end strokes. */
  interval?: readonly [number, number];
  points: readonly { value: number; kind: 'main' | 'hollow' | 'tick'; title: string }[];
  /** Single rounds. */
  faint?: readonly number[];
  text: string;
  of?: Belonging;
};

/** `textTitle` says what the figures at the end of the rows are. */
export function renderRows(
  axis: Axis,
  rows: readonly Row[],
  key: readonly KeyEntry[],
  textTitle: string,
): Markup {
  return html`${renderKey(key)}<div class="rows${rows.some(({ name }) => name.length > 22) && ' long-names'}"><div class="row head-row"><span></span><span></span><span class="row-text">${textTitle}</span></div>${rows.map((row) => renderRow(axis, row))}
<div class="row axis-row"><span></span><svg class="area" width="100%" height="24" aria-hidden="true">${axis.ticks.map(
    ({ at, label, minor }) =>
      html`<text class="tick${minor && ' minor'}" x="${percentOf(at)}" y="16">${label}</text>`,
  )}</svg><span></span></div></div><p class="axis-title">${axis.title}</p>`;
}

/** The grid is as high as the row, however its name wraps; the marks sit around the middle of it. */
function renderRow(axis: Axis, row: Row): Markup {
  return html`<div class="row"${belonging(row.of ?? {})}><span class="row-name">${breakable(label(row.name, 48))}${row.detail !== undefined && html` <small>${row.detail}</small>`}</span><div class="row-plot"><svg class="${row.className}" width="100%" height="100%" aria-hidden="true">${axis.ticks.map(
    ({ at }) => html`<line class="grid" x1="${percentOf(at)}" x2="${percentOf(at)}" y1="0" y2="100%"/>`,
  )}<svg y="50%" width="100%" height="1" overflow="visible">${bars(axis, row.bars ?? [])}${
    row.range &&
    html`<line class="range" x1="${percentOf(axis.position(row.range[0]))}" x2="${percentOf(axis.position(row.range[1]))}" y1="0" y2="0"/>`
  }${row.interval && interval(axis, row.interval)}${(row.faint ?? []).map(
    (value) => html`<circle class="faint" cx="${percentOf(axis.position(value))}" cy="0" r="2.6"/>`,
  )}${row.points.map(
    ({ value, kind, title }) =>
      html`<use class="mark ${kind}" href="#${kind === 'tick' ? 'tick' : row.marker}" x="${percentOf(axis.position(value))}" y="0"><title>${title}</title></use>`,
  )}</svg></svg></div><span class="row-text">${row.text}</span></div>
`;
}

function bars(axis: Axis, parts: NonNullable<Row['bars']>): Markup[] {
  let start = 0;
  return parts.map(({ className, value, title }) => {
    const from = axis.position(start);
    start += value;
    return html`<rect class="bar ${className}" x="${percentOf(from)}" width="${percentOf(axis.position(start) - from)}" y="-9" height="18"><title>${title}</title></rect>`;
  });
}

function interval(axis: Axis, [low, high]: readonly [number, number]): Markup {
  const [from, to] = [percentOf(axis.position(low)), percentOf(axis.position(high))];
  return html`<g class="interval"><line x1="${from}" x2="${to}" y1="0" y2="0"/><line x1="${from}" x2="${from}" y1="-6" y2="6"/><line x1="${to}" x2="${to}" y1="-6" y2="6"/></g>`;
}
