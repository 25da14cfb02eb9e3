import { label } from '../../words/text.ts';
import { html, type Markup } from '../markup.ts';
import { seriesStyle } from './series.ts';

/** What the marks mean, said once over the chart. */
export type KeyEntry = {
  mark:
    | 'main'
    | 'hollow'
    | 'tick'
    | 'interval'
    | 'upright'
    | 'faint'
    | 'solid'
    | 'light'
    | 'failed'
    | 'line'
    | 'dotted'
    | 'started';
  text: string;
};

export function renderKey(key: readonly KeyEntry[]): Markup | null {
  if (key.length === 0) return null;
  return html`<p class="key">${key.map(
    ({ mark, text }) =>
      html`<span><svg width="22" height="14" aria-hidden="true">${keyMark(mark)}</svg>${text}</span>`,
  )}</p>`;
}

/** A legend of things by their colour, dash and marker, for panels where labels at the lines would collide. */
export function renderSeriesKey(names: readonly string[]): Markup {
  return html`<p class="key series">${names.map((name, i) => {
    const { className, marker } = seriesStyle(i);
    return html`<span><svg class="${className}" width="34" height="14" aria-hidden="true"><path class="line ${className}" d="M1 7H33"/><use class="mark ${className}" href="#${marker}" x="17" y="7"/></svg>${label(name, 40)}</span>`;
  })}</p>`;
}

/** Things by the colour of their bars. */
export function renderColourKey(names: readonly string[]): Markup {
  return html`<p class="key series">${names.map(
    (name, i) =>
      html`<span><svg class="series-${i}" width="22" height="14" aria-hidden="true"><rect class="bar solid" x="2" y="2" width="18" height="10"/></svg>${label(name, 40)}</span>`,
  )}</p>`;
}

/** The ramp of a heat map, from few to many. */
export function renderDensityKey(shades: number): Markup {
  return html`<p class="key"><span>few attempts <svg width="${shades * 18}" height="12" aria-hidden="true">${Array.from(
    { length: shades },
    (_, i) => html`<rect class="density-${i}" x="${i * 18}" width="18" height="12"/>`,
  )}</svg> many</span></p>`;
}

function keyMark(mark: KeyEntry['mark']): Markup {
  switch (mark) {
    case 'interval':
      return html`<g class="interval"><line x1="2" x2="20" y1="7" y2="7"/><line x1="2" x2="2" y1="2" y2="12"/><line x1="20" x2="20" y1="2" y2="12"/></g>`;
    case 'upright':
      return html`<path class="bounds" d="M11 1V13M7 1h8M7 13h8"/>`;
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
