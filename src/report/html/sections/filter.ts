import type { Result } from '../../../result/index.ts';
import { neutralise } from '../../words/text.ts';
import { html, type Markup } from '../markup.ts';

/** Boxes for switching variants and cohorts on and off; null where there is one of each. Without JavaScript everything is shown. */
export function filterBar({ variants }: Result): Markup | null {
  const cohorts = [...new Set(variants.flatMap((variant) => variant.cohorts.map(({ name }) => name)))];
  const several = variants.length > 1;
  if (!several && cohorts.length < 2) return null;
  return html`<details class="filter script-only" id="filter"><summary>Show only some ${several && 'variants'}${
    several && cohorts.length > 1 && ' or '
  }${cohorts.length > 1 && 'cohorts'} <span role="status" aria-live="polite"></span></summary>${
    several &&
    boxes(
      'variant',
      'Variants',
      variants.map(({ name }) => name),
    )
  }${cohorts.length > 1 && boxes('cohort', 'Cohorts', cohorts)}</details>`;
}

/** A box knows the name as tables show it. */
function boxes(kind: 'variant' | 'cohort', title: string, names: readonly string[]): Markup {
  return html`<fieldset><legend>${title}</legend>${names.map(
    (name, i) =>
      html`<label><input type="checkbox" checked data-kind="${kind}" value="${i}" data-name="${neutralise(name, 60)}"> ${neutralise(name, 60)}</label>`,
  )}<span><button type="button" data-kind="${kind}" data-all="on">All</button> <button type="button" data-kind="${kind}" data-all="off">None</button></span></fieldset>`;
}
