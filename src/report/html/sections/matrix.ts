import {
  type CohortResult,
  type OutcomeKind,
  outcomeKinds,
  type Result,
  type VariantResult,
} from '../../../result/index.ts';
import { cohortVerdict, contradiction, seen } from '../../words/cohort.ts';
import { count } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { badge, countCell, nameCell, toneCell } from '../cells.ts';
import { html, type Markup } from '../markup.ts';
import { type Cell, renderTable, type Table } from '../table.ts';
import { byVariant, type VariantBlock } from './by-variant.ts';
import type { Section } from './section.ts';
import { thresholdsTable } from './thresholds.ts';

export const matrixSection: Section = {
  id: 'expected',
  title: 'Expected against seen',
  render: (result) => {
    const thresholds = thresholdsTable(result);
    return html`<p class="note">Each attempt ended in exactly one of these ways. What contradicts a cohort's expectation is boxed and named.</p>${overall(result)}
${byVariant(result, (variant, i) => matrixBlock(variant, i, result.variants.length))}${
  thresholds !== null && html`<h3 id="thresholds">Thresholds</h3>${thresholds}`
}`;
  },
};

/** Variants with a contradiction stand open, the others are folded when there are several. */
function matrixBlock(variant: VariantResult, index: number, variants: number): VariantBlock {
  const wrong = variant.cohorts.map(cohortVerdict).filter(({ tone }) => tone === 'bad');
  const [worst] = wrong;
  return {
    content: renderTable(matrix(variant)),
    summary:
      worst === undefined
        ? badge('good', 'no contradiction')
        : badge('bad', wrong.length === 1 ? worst.text : `${count(wrong.length)} cohorts contradicted`),
    open: worst !== undefined || (index === 0 && variants <= 5),
  };
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
      { title: 'Verdict' },
      { title: 'Attempts', numeric: true },
      ...kinds.map((kind) => ({ title: kind, numeric: true })),
    ],
    rows: variant.cohorts.map((cohort) => {
      const { tone, text } = cohortVerdict(cohort);
      return [
        nameCell(cohort.name),
        expectation(cohort),
        toneCell(tone, text),
        countCell(cohort.attempts),
        ...kinds.map((kind) => outcomeCell(cohort, kind)),
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

/** With many variants, before one opens any of them: how many hold a contradiction. */
function overall({ variants }: Result): Markup | null {
  if (variants.length <= 5) return null;
  const wrong = variants.filter(({ cohorts }) =>
    cohorts.some((cohort) => cohortVerdict(cohort).tone === 'bad'),
  ).length;
  return html`<p>${
    wrong === 0
      ? badge('good', `no contradiction in any of ${count(variants.length)} variants`)
      : badge('bad', `contradictions in ${count(wrong)} of ${count(variants.length)} variants`)
  }</p>`;
}
