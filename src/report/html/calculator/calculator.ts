import { remarkCell } from '../cells.ts';
import { embeddedJson } from '../embed.ts';
import { html, type Markup } from '../markup.ts';
import { renderTable } from '../table.ts';
import { type Costs, dailyPrices, type Fleet } from './daily-prices.ts';

/** What the page shows before anybody has changed anything. */
const defaults: Fleet = { devices: 100_000, share: 0.01, reconnectsADay: 4, crlHours: 24, lifetimeDays: 1 };

const inputs: readonly {
  key: keyof Fleet;
  label: string;
  unit: string;
  factor: number;
  min: number;
  step: string;
}[] = [
  { key: 'devices', label: 'Devices', unit: '', factor: 1, min: 1, step: '1' },
  { key: 'share', label: 'Revoked', unit: '%', factor: 100, min: 0, step: 'any' },
  { key: 'reconnectsADay', label: 'Reconnects of a device', unit: 'a day', factor: 1, min: 0, step: 'any' },
  { key: 'crlHours', label: 'A new CRL every', unit: 'hours', factor: 1, min: 0.01, step: 'any' },
  {
    key: 'lifetimeDays',
    label: 'Lifetime of a certificate',
    unit: 'days',
    factor: 1,
    min: 0.01,
    step: 'any',
  },
];

/** Measured costs turned into what a fleet pays in a day. Without JavaScript the table stands for the default fleet. */
export function calculator(costs: Costs): Markup {
  const prices = dailyPrices(costs, defaults);
  const shown = (key: keyof Fleet, factor: number) => Number((defaults[key] * factor).toPrecision(6));
  return html`<div class="calculator" id="calculator"><h3>What would that be for a fleet, in a day?</h3>
<p class="note">This extrapolates: the costs per connection were measured by this run, on this machine; the rest is arithmetic. Between two measured numbers of revoked certificates a power law is assumed, beyond the largest its slope goes on.</p>
<div class="inputs script-only">${inputs.map(
    ({ key, label, unit, factor, min, step }) =>
      html`<label>${label} <span><input type="number" inputmode="decimal" data-input="${key}" data-factor="${factor}" min="${min}" step="${step}" value="${shown(key, factor)}"> ${unit}</span></label>`,
  )}</div>
<p class="no-script-only">For ${inputs
    .map(({ key, label, unit, factor }) => `${label.toLowerCase()}: ${shown(key, factor)} ${unit}`.trim())
    .join(' · ')}.</p>
${renderTable({
  caption: 'Extrapolated price of a day',
  columns: [
    { title: 'Method' },
    { title: 'Broker, core-hours', numeric: true },
    { title: 'Services, core-hours', numeric: true },
    { title: 'Moved', numeric: true },
    { title: 'A revoked device gets in for, at worst', numeric: true },
    { title: 'Note' },
  ],
  rows: prices.map(({ name, texts: [broker, services, bytes, lag], note, ...price }) => [
    name,
    { show: broker, value: price.brokerHours },
    { show: services, value: price.serviceHours },
    { show: bytes, value: price.bytes },
    { show: lag, value: price.lagHours },
    remarkCell(note),
  ]),
})}<p class="note" role="status" aria-live="polite"></p>${embeddedJson('calculator-costs', costs)}</div>
`;
}

/** The calculator's part of the page's script; `dailyPrices` goes into the page as it stands above. */
export const calculatorScript = `
const calculator = document.querySelector('#calculator');
if (calculator) {
  const dailyPrices = ${dailyPrices.toString()};
  const costs = JSON.parse(document.querySelector('#calculator-costs').textContent);
  const fields = [...calculator.querySelectorAll('input')];
  const status = calculator.querySelector('[role=status]');
  const reckon = () => {
    const wrong = fields.find((field) => !field.checkValidity() || field.value === '');
    status.textContent = wrong ? wrong.closest('label').firstChild.textContent.trim() + ': a number from ' + wrong.min + ' on, please.' : '';
    if (wrong) return;
    const fleet = Object.fromEntries(fields.map((field) => [field.dataset.input, Number(field.value) / Number(field.dataset.factor)]));
    const rows = calculator.querySelectorAll('tbody tr');
    for (const [i, price] of dailyPrices(costs, fleet).entries()) {
      const cells = rows[i].cells;
      const figures = [price.brokerHours, price.serviceHours, price.bytes, price.lagHours];
      for (const [j, text] of price.texts.entries()) {
        cells[j + 1].textContent = text;
        cells[j + 1].dataset.csv = String(figures[j]);
      }
      cells[5].textContent = price.note;
    }
  };
  calculator.addEventListener('input', reckon);
}
`;
