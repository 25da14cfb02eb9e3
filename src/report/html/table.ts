import { thinSpace } from '../words/numbers.ts';
import { csvCell } from './csv.ts';
import { type Content, html, type Markup } from './markup.ts';

/** What stands in a cell for which there is no figure. */
export const nothing = '–';

/** A cell: what is shown, and the exact value behind it where that is more than what is shown. */
export type Cell = string | { show: Content; value: string | number; className?: string };

export type Table = {
  caption: string;
  /** Headings over several columns, in order; an empty title for columns that belong to none. */
  groups?: readonly { title: string; span: number }[];
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
};

/** `numeric` columns are set to the right in figures of one width. The first column names the row. */
export type Column = { title: string; numeric?: boolean };

/** A table with its "copy as CSV" button. Wide ones scroll within themselves, also by keyboard. */
export function renderTable(table: Table): Markup {
  const from = numericFrom(table.columns);
  const columns = table.columns.map(({ title, numeric }, i) => ({
    title,
    className: alignment(numeric === true, i, from),
  }));
  return html`<div class="table"><div class="scroll" tabindex="0" role="group" aria-label="${table.caption}"><table${from !== null && html` class="numbers-${from}"`}><caption>${table.caption}</caption>
<thead>${renderGroups(table.groups ?? [])}<tr>${columns.map(({ title, className }) => html`<th scope="col"${className !== '' && html` class="${className}"`}>${title}</th>`)}</tr></thead>
<tbody>${table.rows.map((row) => renderRow(row, columns))}</tbody></table></div><p class="copies script-only"><button type="button" class="copy" data-copy="csv">Copy as CSV</button> <button type="button" class="copy" data-copy="markdown">Copy as Markdown</button></p></div>`;
}

/** Columns that a class on the table can set: see `numbers-` in the style sheet. */
export const mostTextColumns = 6;

/**
 * Where a table's numbers begin: one class for the table instead of one for each of the cells, of which a page of thirty variants has ten
 * thousand. Text behind the first number has a class instead. null where a table has no numbers, or too much text before them.
 */
function numericFrom(columns: readonly Column[]): number | null {
  const from = columns.findIndex(({ numeric }) => numeric === true);
  return from >= 1 && from <= mostTextColumns ? from : null;
}

/** The same, folded away under a chart for people who would rather read. */
export function foldedTable(table: Table): Markup {
  return html`<details class="fold"><summary>Table: ${table.caption}</summary>${renderTable(table)}</details>`;
}

function renderGroups(groups: NonNullable<Table['groups']>): Markup | false {
  if (groups.length === 0) return false;
  return html`<tr class="groups">${groups.map(({ title, span }) =>
    title === ''
      ? html`<td colspan="${span}"></td>`
      : html`<th scope="colgroup" colspan="${span}">${title}</th>`,
  )}</tr>`;
}

function alignment(numeric: boolean, column: number, from: number | null): string {
  if (from === null) return numeric ? 'number' : '';
  return column > from && !numeric ? 'words' : '';
}

type Placed = { className: string };

function renderRow(row: readonly Cell[], columns: readonly Placed[]): Markup {
  return html`<tr>${row.map((cell, i) => renderCell(cell, columns[i]?.className ?? '', i === 0))}</tr>
`;
}

function renderCell(cell: Cell, alignment: string, heading: boolean): Markup {
  const { show, value, className } =
    typeof cell === 'string' ? { show: cell, value: cell, className: '' } : cell;
  const csv = csvCell(typeof value === 'number' ? value : value.slice(0, 400));
  const classes = [alignment, className ?? ''].filter((name) => name !== '').join(' ');
  const attributes = html`${classes !== '' && html` class="${classes}"`}${!isPlain(show, csv) && html` data-csv="${csv}"`}`;
  return heading ? html`<th scope="row"${attributes}>${show}</th>` : html`<td${attributes}>${show}</td>`;
}

/** What the script can read off the cell itself: the same text, a number but for its thin spaces, nothing. */
function isPlain(show: Content, csv: string): boolean {
  return (
    typeof show === 'string' &&
    (show === csv || show.replaceAll(thinSpace, '') === csv || (show === nothing && csv === ''))
  );
}
