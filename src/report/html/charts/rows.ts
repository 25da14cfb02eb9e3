import { label } from '../../words/text.ts';
import { html, type Markup } from '../markup.ts';
import type { Axis } from './axis.ts';
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
};

/** What the marks mean, said once over the chart. */
export type KeyEntry = {
  mark:
    | 'main'
    | 'hollow'
    | 'tick'
    | 'interval'
    | 'faint'
    | 'solid'
    | 'light'
    | 'failed'
    | 'line'
    | 'dotted'
    | 'started';
  text: string;
};

const rowHeight = 34;

export function renderRows(axis: Axis, rows: readonly Row[], key: readonly KeyEntry[]): Markup {
  return html`${renderKey(key)}<div class="rows">${rows.map((row) => renderRow(axis, row))}
<div class="row axis-row"><span></span><svg class="area" width="100%" height="24" aria-hidden="true">${axis.ticks.map(
    ({ at, label, minor }) =>
      html`<text class="tick${minor && ' minor'}" x="${percentOf(at)}" y="16">${label}</text>`,
  )}</svg><span></span></div></div><p class="axis-title">${axis.title}</p>`;
}

export function renderKey(key: readonly KeyEntry[]): Markup | null {
  if (key.length === 0) return null;
  return html`<p class="key">${key.map(
    ({ mark, text }) =>
      html`<span><svg width="22" height="14" aria-hidden="true">${keyMark(mark)}</svg>${text}</span>`,
  )}</p>`;
}

function renderRow(axis: Axis, row: Row): Markup {
  const middle = rowHeight / 2;
  return html`<div class="row"><span class="row-name">${label(row.name, 48)}${row.detail !== undefined && html`<small>${row.detail}</small>`}</span><svg class="area ${row.className}" width="100%" height="${rowHeight}" aria-hidden="true">${axis.ticks.map(
    ({ at }) =>
      html`<line class="grid" x1="${percentOf(at)}" x2="${percentOf(at)}" y1="0" y2="${rowHeight}"/>`,
  )}${bars(axis, row.bars ?? [])}${
    row.range &&
    html`<line class="range" x1="${percentOf(axis.position(row.range[0]))}" x2="${percentOf(axis.position(row.range[1]))}" y1="${middle}" y2="${middle}"/>`
  }${row.interval && interval(axis, row.interval)}${(row.faint ?? []).map(
    (value) => html`<circle class="faint" cx="${percentOf(axis.position(value))}" cy="${middle}" r="2.6"/>`,
  )}${row.points.map(
    ({ value, kind, title }) =>
      html`<use class="mark ${kind}" href="#${kind === 'tick' ? 'tick' : row.marker}" x="${percentOf(axis.position(value))}" y="${middle}"><title>${title}</title></use>`,
  )}</svg><span class="row-text">${row.text}</span></div>
`;
}

function bars(axis: Axis, parts: NonNullable<Row['bars']>): Markup[] {
  let start = 0;
  return parts.map(({ className, value, title }) => {
    const from = axis.position(start);
    start += value;
    return html`<rect class="bar ${className}" x="${percentOf(from)}" width="${percentOf(axis.position(start) - from)}" y="8" height="${rowHeight - 16}"><title>${title}</title></rect>`;
  });
}

function interval(axis: Axis, [low, high]: readonly [number, number]): Markup {
  const [from, to] = [percentOf(axis.position(low)), percentOf(axis.position(high))];
  const middle = rowHeight / 2;
  return html`<g class="interval"><line x1="${from}" x2="${to}" y1="${middle}" y2="${middle}"/><line x1="${from}" x2="${from}" y1="${middle - 5}" y2="${middle + 5}"/><line x1="${to}" x2="${to}" y1="${middle - 5}" y2="${middle + 5}"/></g>`;
}

function keyMark(mark: KeyEntry['mark']): Markup {
  switch (mark) {
    case 'interval':
      return html`<g class="interval"><line x1="2" x2="20" y1="7" y2="7"/><line x1="2" x2="2" y1="2" y2="12"/><line x1="20" x2="20" y1="2" y2="12"/></g>`;
    case 'faint':
      return html`<circle class="faint" cx="11" cy="7" r="2.6"/>`;
    case 'solid':
    case 'light':
    case 'failed':
      return html`<rect class="bar ${mark}" x="2" y="2" width="18" height="10"/>`;
    case 'line':
    case 'started':
    case 'dotted':
      return html`<path class="line ${mark}" d="M1 7H21"/>`;
    case 'tick':
      return html`<use class="mark tick" href="#tick" x="11" y="7"/>`;
    default:
      return html`<use class="mark ${mark}" href="#marker-0" x="11" y="7"/>`;
  }
}
