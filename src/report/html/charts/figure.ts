import { type Content, html, type Markup } from '../markup.ts';
import { foldedTable, renderTable, type Table } from '../table.ts';

/** A chart with its question or finding as the title, what it can't say as a note, and all its figures as a table below. */
export type Figure = {
  title: string;
  note?: Content;
  /** What somebody who can't see the chart is told of it. */
  description: string;
  chart: Content;
  table: Table;
  /** Whether the table stands open: where it is as much the answer as the chart. */
  open?: boolean;
};

export function renderFigure({ title, note, description, chart, table, open }: Figure): Markup {
  return html`<figure><figcaption><h3>${title}</h3>${note !== undefined && html`<p class="note">${note}</p>`}</figcaption>
<div class="chart" role="group" aria-label="${description} The figures are in the table below.">${chart}</div>${open === true ? renderTable(table) : foldedTable(table)}</figure>
`;
}

/** Panels side by side as far as there is room, one under another on a phone. */
export function panels(all: readonly Markup[]): Markup {
  return html`<div class="panels${all.length === 1 && ' single'}${all.length === 2 && ' pair'}">${all}</div>`;
}
