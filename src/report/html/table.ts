import { csvCell } from './csv.ts';
import { type Content, html, type Markup } from './markup.ts';

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
  return html`<div class="table"><div class="scroll" tabindex="0" role="group" aria-label="${table.caption}"><table><caption>${table.caption}</caption>
<thead>${renderGroups(table.groups ?? [])}<tr>${table.columns.map(({ title, numeric }) => html`<th scope="col"${numeric && html` class="number"`}>${title}</th>`)}</tr></thead>
<tbody>${table.rows.map((row) => renderRow(row, table.columns))}</tbody></table></div><button type="button" class="copy script-only" data-copy="csv">Copy as CSV</button></div>`;
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

function renderRow(row: readonly Cell[], columns: readonly Column[]): Markup {
  return html`<tr>${row.map((cell, i) => renderCell(cell, columns[i]?.numeric === true, i === 0))}</tr>
`;
}

function renderCell(cell: Cell, numeric: boolean, heading: boolean): Markup {
  const { show, value, className } =
    typeof cell === 'string' ? { show: cell, value: cell, className: '' } : cell;
  const csv = csvCell(typeof value === 'number' ? value : value.slice(0, 400));
  const classes = [numeric ? 'number' : '', className ?? ''].filter((name) => name !== '').join(' ');
  const attributes = html`${classes !== '' && html` class="${classes}"`}${csv !== show && html` data-csv="${csv}"`}`;
  return heading ? html`<th scope="row"${attributes}>${show}</th>` : html`<td${attributes}>${show}</td>`;
}
