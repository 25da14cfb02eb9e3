import {
  type Conformance,
  type ConformanceCell,
  conformanceOf,
  type Treatment,
} from '../../findings/conformance.ts';
import { count } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { glyphs } from '../../words/verdict.ts';
import { nameCell, remarkCell } from '../cells.ts';
import { html } from '../markup.ts';
import { type Cell, renderTable, type Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** Broker against defect: who accepts what, who refuses it where and with which alert. */
export const conformanceLead: Lead = {
  name: 'conformance',
  fits: (result) => conformanceOf(result) !== null,
  render: (result) => {
    const conformance = conformanceOf(result);
    if (conformance === null) return html``;
    const wrong = conformance.rows.filter(({ cells }) =>
      cells.some((cell) => (cell?.falseAccepts ?? 0) > 0),
    ).length;
    return html`<h3>${
      wrong === 0
        ? 'No defect was let in by any broker'
        : `${count(wrong)} of ${count(conformance.rows.length)} kinds of clients were let in that should not be`
    }</h3><p class="note">${legend} A false accept is boxed, with the clause that it breaks.</p>${renderTable(tableOf(conformance))}`;
  },
};

const marks: Readonly<Record<Treatment, string>> = {
  accepted: '→',
  handshake: '■',
  closed: '□',
  connect: '◆',
  hung: '…',
  crashed: glyphs.bad,
  mixed: '±',
  none: '–',
};

const legend = `${marks.accepted} accepted · ${marks.handshake} refused in the handshake, with its alert · ${marks.closed} closed or reset without an alert · ${marks.connect} refused at CONNECT · ${marks.hung} no answer within the time limit · ${marks.crashed} the broker was no longer there · ${marks.mixed} not always the same.`;

function tableOf({ brokers, rows }: Conformance): Table {
  return {
    caption: 'Broker against defect',
    columns: [
      { title: 'Clients' },
      { title: 'Should be' },
      ...brokers.map(({ name }) => ({ title: neutralise(name, 40) })),
      { title: 'Clause' },
    ],
    rows: [
      ['version', '', ...brokers.map(({ version }) => nameCell(version, 60)), ''],
      ['revocation', '', ...brokers.map(({ revocation }) => nameCell(revocation, 40)), ''],
      [
        'tuned',
        '',
        ...brokers.map(({ tuned }) => (tuned.length === 0 ? '–' : remarkCell(tuned.join(', '), 160))),
        '',
      ],
      ...rows.map(({ cohort, expected, clause, cells }) => [
        nameCell(cohort, 60),
        expected.startsWith('accept') ? 'let in' : 'turned away',
        ...cells.map((cell) => treatmentCell(cell, clause)),
        remarkCell(clause, 60),
      ]),
    ],
  };
}

function treatmentCell(cell: ConformanceCell | null, clause: string): Cell {
  if (cell === null) return { show: html`<span class="absent">–</span>`, value: 'not asked' };
  const wrong = cell.falseAccepts > 0 ? 'false accept' : cell.falseRejects > 0 ? 'false reject' : null;
  return {
    show: html`<span aria-hidden="true">${marks[cell.treatment]}</span> ${neutralise(cell.words, 90)}${
      wrong !== null &&
      html`<b class="wrong">${wrong}${cell.falseAccepts > 0 && clause !== '' && ` (${neutralise(clause, 60)})`}</b>`
    }`,
    value: wrong === null ? cell.words : `${cell.words} (${wrong})`,
    className: cell.falseAccepts > 0 ? 'contradiction' : cell.treatment === 'crashed' ? 'attention' : '',
  };
}
