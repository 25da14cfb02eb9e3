import type { Result } from '../../../result/index.ts';
import { labelOf } from '../../findings/labels.ts';
import { html, type Markup } from '../markup.ts';
import { renderSeriesKey } from './key.ts';
import { type SeriesStyle, seriesPerPanel, seriesStyle } from './series.ts';

/** What a colour means on this page when it has several variants, and the legend that says so where rows don't say it themselves. */
export type VariantStyles = { of(variant: number): SeriesStyle; legend: Markup | null };

/** Labels that people think in, first; any other label with few values serves too. */
const preferred = ['revocation', 'connectAuth', 'refusedAt', 'target', 'crlEntries'];

/**
 * Up to five variants have a colour each. With more, a colour is a value of one label (`crl-native` is the same in every row), or one
 * colour for all where no label has two to five values: a colour that means nothing would only look as if it did.
 */
export function variantStyles({ variants }: Result): VariantStyles {
  if (variants.length <= seriesPerPanel) return { of: seriesStyle, legend: null };
  const valueIn = (variant: number, key: string) => labelOf(variants[variant]?.labels ?? {}, key);
  const keys = [...preferred, ...variants.flatMap(({ labels }) => Object.keys(labels))];
  const distinct = (key: string) => [...new Set(variants.map((_, i) => valueIn(i, key)))];
  const key = keys.find((candidate) => {
    const values = distinct(candidate).length;
    return values >= 2 && values <= seriesPerPanel;
  });
  if (key === undefined) return { of: () => seriesStyle(0), legend: null };
  const values = distinct(key);
  return {
    of: (variant) => seriesStyle(Math.max(0, values.indexOf(valueIn(variant, key)))),
    legend: html`<p class="note">Colour and marker: ${key}</p>${renderSeriesKey(values.map((value) => (value === '' ? 'none given' : value)))}`,
  };
}
