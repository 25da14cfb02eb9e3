import type { CohortResult, Result, VariantResult } from '../../../result/index.ts';
import { seen } from '../../words/cohort.ts';
import { count } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { breakable, countCell, nameCell } from '../cells.ts';
import { html, type Markup } from '../markup.ts';
import { type Cell, renderTable } from '../table.ts';
import { byVariant, type VariantBlock } from './by-variant.ts';

/** Which layer turned the clients away, by the broker's own count beside what the clients saw; null where no broker keeps a count. */
export function layersFigure(result: Result): Markup | null {
  const { variants } = result;
  if (!variants.some(({ cohorts }) => cohorts.some(({ brokerCounts }) => brokerCounts !== undefined)))
    return null;
  return html`<h3>Which layer refused?</h3>${bundledRemark(result)}${byVariant(result, layersBlock)}`;
}

function layersBlock({ name, cohorts }: VariantResult): VariantBlock | null {
  const counted = cohorts.flatMap((cohort) =>
    cohort.brokerCounts === undefined ? [] : [{ cohort, counts: cohort.brokerCounts }],
  );
  if (counted.length === 0) return null;
  const number = (title: string) => ({ title, numeric: true });
  const total = (pick: (counts: (typeof counted)[number]['counts']) => number) =>
    count(counted.reduce((sum, { counts }) => sum + pick(counts), 0));
  const content = renderTable({
    caption: `Refusals by the broker's own count, beside the clients' count, variant ${neutralise(name, 80)}`,
    groups: [
      { title: '', span: 1 },
      { title: 'The broker counts', span: 4 },
      { title: 'The clients saw', span: 4 },
      { title: '', span: 1 },
    ],
    columns: [
      { title: 'Cohort' },
      ...['let in', 'refused in TLS', 'refused at CONNECT', 'abandoned'].map(number),
      ...['CONNACK 0', 'alert', 'close or reset', 'refusing CONNACK'].map(number),
      { title: "The broker's causes" },
    ],
    rows: counted.map(({ cohort, counts }) => [
      nameCell(cohort.name),
      countCell(counts.accepted),
      countCell(counts.refusedAtTls),
      countCell(counts.refusedAtConnect),
      countCell(counts.abandoned),
      countCell(seen(cohort, 'accepted')),
      countCell(seen(cohort, 'tls-alert')),
      countCell(closes(cohort)),
      countCell(seen(cohort, 'connack-refused')),
      causesCell(counts.causes),
    ]),
  });
  const summary = html`<small>${total(({ refusedAtTls }) => refusedAtTls)} refused in TLS, ${total(({ refusedAtConnect }) => refusedAtConnect)} at CONNECT</small>`;
  return { content, summary };
}

/** How the bundled broker refuses, where it is among those measured. */
export function bundledRemark({ variants }: Result): Markup | null {
  return variants.some(({ target }) => target.kind === 'bundled') ? bundledNote() : null;
}

function bundledNote(): Markup {
  return html`<p class="callout"><strong>How the bundled broker refuses:</strong> Node's <code>tls.Server</code> completes the whole handshake and only then looks at what OpenSSL thought of the client's certificate. The client gets no TLS alert, it sees the connection close, and the broker has paid for the full handshake. Brokers that refuse within the handshake (Mosquitto, HiveMQ and others on plain OpenSSL or JSSE) send an alert and save that work, so the cost of a refusal measured here is not theirs. Only what breaks the handshake itself, such as a missing certificate or a wrong private key, raises an alert here too.</p>`;
}

function closes(cohort: CohortResult): number {
  return seen(cohort, 'closed') + seen(cohort, 'reset');
}

function causesCell(causes: Record<string, number>): Cell {
  const sorted = Object.entries(causes).toSorted(([, a], [, b]) => b - a);
  if (sorted.length === 0) return { show: html`<span class="absent">–</span>`, value: '' };
  const text = sorted.map(([cause, n]) => `${cause} ${n}`).join('; ');
  return {
    show: html`${sorted.slice(0, 3).map(([cause, n]) => html`<span class="cause">${breakable(neutralise(cause, 48))} <small>${count(n)}</small></span> `)}${
      sorted.length > 3 && html`<small>and ${count(sorted.length - 3)} more</small>`
    }`,
    value: text,
  };
}
