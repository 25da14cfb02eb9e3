import type { Tone } from './words/verdict.ts';

export type Column = {
  title: string;
  /** Narrowest width, columns. */
  least: number;
  numeric?: boolean;
  /** May be cut to make the table fit. */
  shrink?: boolean;
};

export type Cell = { text: string; tone?: Tone };

/** Puts a text into a tone, or leaves it as it is where the terminal has no colours. */
export type Paint = (tone: Tone | 'muted' | 'strong', text: string) => string;

export function paint(color: boolean): Paint {
  if (!color) return (_, text) => text;
  return (tone, text) => `\u001b[${codes[tone]}m${text}\u001b[0m`;
}

const codes: Readonly<Record<Tone | 'muted' | 'strong', string>> = {
  good: '32',
  warning: '33',
  bad: '1;31',
  plain: '39',
  muted: '2',
  strong: '1',
};

/** A table within `width`: columns as wide as their longest cell, and those that may shrink cut with `…` where there is no room. */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  brush: Paint,
  width: number,
): string[] {
  const widths = fitWidths(columns, rows, width);
  const place = (cells: readonly Cell[]) =>
    cells
      .map(({ text, tone }, i) => {
        const padded = pad(cut(text, widths[i] ?? 0), widths[i] ?? 0, columns[i]?.numeric === true);
        return tone === undefined ? padded : brush(tone, padded);
      })
      .join('  ')
      .trimEnd();
  return [
    `  ${brush('muted', place(columns.map(({ title }) => ({ text: title }))))}`,
    ...rows.map((row) => `  ${place(row)}`),
  ];
}

function fitWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const widths = columns.map(({ title, least }, i) =>
    Math.max(least, widthOf(title), ...rows.map((row) => widthOf(row[i]?.text ?? ''))),
  );
  const room = width - 2 - 2 * (columns.length - 1);
  let over = widths.reduce((a, b) => a + b, 0) - room;
  for (const i of shrinkOrder(columns)) {
    const taken = Math.max(0, Math.min(over, (widths[i] ?? 0) - (columns[i]?.least ?? 0)));
    widths[i] = (widths[i] ?? 0) - taken;
    over -= taken;
  }
  return widths;
}

/** The last column that may shrink gives way first: names stand before what is told of them. */
function shrinkOrder(columns: readonly Column[]): number[] {
  return columns.flatMap(({ shrink }, i) => (shrink === true ? [i] : [])).toReversed();
}

/** Breaks a text into lines of at most `width` columns, each after `indent`; a word that is longer than a line is broken too. */
export function wrap(text: string, width: number, indent: string): string[] {
  const room = width - widthOf(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => slices(long, room))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

function slices(word: string, room: number): string[] {
  if (widthOf(word) <= room) return [word];
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (widthOf(part + character) > room) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}

/** Columns that a text takes: marks take none, East Asian wide characters and emoji two (UAX #11). */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]/u;

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, left: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return left ? space + text : text + space;
}
