import { bytes, count, threeDigits } from '../words/numbers.ts';
import { neutralise } from '../words/text.ts';
import { glyphs, type Tone } from '../words/verdict.ts';
import { html, type Markup, trusted } from './markup.ts';
import { type Cell, nothing } from './table.ts';

const absent: Cell = { show: nothing, value: '' };

/** A figure with three significant digits; its column names the unit. */
export function figureCell(value: number | undefined): Cell {
  return value === undefined ? absent : { show: threeDigits(value), value };
}

export function countCell(value: number | undefined, className = ''): Cell {
  return value === undefined ? absent : { show: count(value), value, className };
}

export function bytesCell(size: number): Cell {
  return { show: bytes(size), value: size };
}

/** A name from the result, cut to what a row can hold. */
export function nameCell(name: string, limit = 60): Cell {
  return { show: neutralise(name, limit), value: name };
}

/** A name of words put together, which may be broken between them: `target.cpuMsPerAttempt`. */
export function metricCell(name: string, limit = 80): Cell {
  return { show: breakable(neutralise(name, limit)), value: name };
}

/** With places to break a line where words meet: `cpuMs|PerAttempt`, `CERT_|HAS_|EXPIRED`. */
export function breakable(text: string): Markup {
  return html`${text.split(/(?<=[._])|(?<=[a-z])(?=[A-Z])/).map((part, i) => html`${i > 0 && trusted('<wbr>')}${part}`)}`;
}

/** A text of several words, with room for them. */
export function remarkCell(text: string, limit = 200): Cell {
  return { show: neutralise(text, limit), value: text, className: 'remark' };
}

export function toneCell(tone: Tone, text: string): Cell {
  return { show: badge(tone, text), value: text, className: text.length <= 26 ? 'unbroken' : '' };
}

export function badge(tone: Tone, text: string): Markup {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${glyphs[tone]}</span> ${text}</span>`;
}
