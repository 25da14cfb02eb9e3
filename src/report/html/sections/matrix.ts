import {
  type CohortResult,
  type OutcomeKind,
  outcomeKinds,
  type VariantResult,
} from '../../../result/index.ts';
import { cohortVerdict, contradiction, seen } from '../../words/cohort.ts';
import { count } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { badge, countCell, nameCell, toneCell } from '../cells.ts';
import { html, type Markup } from '../markup.ts';
import { type Cell, renderTable, type Table } from '../table.ts';
import type { Section } from './section.ts';
import { thresholdsTable } from './thresholds.ts';

export const matrixSection: Section = {
  id: 'expected',
  title: 'Expected against seen',
  render: (result) => {
    const thresholds = thresholdsTable(result);
    return html`<p class="note">Each attempt ended in exactly one of these ways. What contradicts a cohort's expectation is boxed and named.</p>
${result.variants.map((variant, i) => variantMatrix(variant, result.variants.length, i))}${
  thresholds !== null && html`<h3 id="thresholds">Thresholds</h3>${thresholds}`
}`;
  },
};

/** Variants with a contradiction stand open, the others are folded when there are several. */
function variantMatrix(variant: VariantResult, variants: number, index: number): Markup {
  const table = renderTable(matrix(variant));
  if (variants === 1) return table;
  const worst = variant.cohorts.map(cohortVerdict).find(({ tone }) => tone === 'bad');
  const wrong = variant.cohorts.filter((cohort) => cohortVerdict(cohort).tone === 'bad').length;
  const open = worst !== undefined || (index === 0 && variants <= 5);
  return html`<details class="variant"${open && html` open`}><summary><span class="name">${neutralise(variant.name, 80)}</span> ${
    worst === undefined
      ? badge('good', 'no contradiction')
      : badge('bad', wrong === 1 ? worst.text : `${count(wrong)} cohorts contradicted`)
  }</summary>${table}</details>
`;
}

function matrix(variant: VariantResult): Table {
  const kinds = outcomeKinds.filter(
    (kind) => alwaysShown.has(kind) || variant.cohorts.some((cohort) => seen(cohort, kind) > 0),
  );
  return {
    caption: `Cohorts and their outcomes, variant ${neutralise(variant.name, 80)}`,
    columns: [
      { title: 'Cohort' },
      { title: 'Expected' },
      { title: 'Attempts', numeric: true },
      ...kinds.map((kind) => ({ title: kind, numeric: true })),
      { title: 'Verdict' },
    ],
    rows: variant.cohorts.map((cohort) => {
      const { tone, text } = cohortVerdict(cohort);
      return [
        nameCell(cohort.name),
        expectation(cohort),
        countCell(cohort.attempts),
        ...kinds.map((kind) => outcomeCell(cohort, kind)),
        toneCell(tone, text),
      ];
    }),
  };
}

const alwaysShown = new Set<OutcomeKind>(['accepted', 'tls-alert', 'connack-refused', 'closed']);

function expectation({ expected, expectedCause }: CohortResult): Cell {
  if (expectedCause === undefined) return expected;
  return {
    show: html`${expected} <small>${neutralise(expectedCause, 60)}</small>`,
    value: `${expected} ${expectedCause}`,
  };
}

function outcomeCell(cohort: CohortResult, kind: OutcomeKind): Cell {
  const value = seen(cohort, kind);
  const wrong = contradiction(cohort, kind);
  if (value === 0) return { show: html`<span class="absent">0</span>`, value };
  const details = cohort.outcomes.filter((outcome) => outcome.kind === kind && outcome.detail !== '');
  const shade = Math.max(0, Math.min(4, Math.round((4 * value) / Math.max(1, cohort.attempts))));
  return {
    show: html`${count(value)}${wrong !== null && html`<b class="wrong">${wrong}</b>`}${details
      .slice(0, 3)
      .map(
        (outcome) =>
          html`<small>${neutralise(outcome.detail, 40)}${details.length > 1 && ` ${count(outcome.count)}`}</small>`,
      )}${details.length > 3 && html`<small>and ${details.length - 3} more</small>`}`,
    value,
    className: wrong === null ? `heat-${shade}` : 'contradiction',
  };
}
