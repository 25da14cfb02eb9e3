import type { Result, VariantResult } from '../../result/index.ts';

/** A variant's own value of a label. Names of labels are a stranger's: `constructor` must not find what every object has. */
export function labelOf(labels: VariantResult['labels'], key: string): string {
  return Object.hasOwn(labels, key) ? String(labels[key]) : '';
}

/** Labels that differ between the variants of a result, without those that are told otherwise. */
export function differingLabels({ variants }: Result, without: readonly string[]): string[] {
  const keys = [...new Set(variants.flatMap(({ labels }) => Object.keys(labels)))];
  return keys.filter(
    (key) => !without.includes(key) && new Set(variants.map(({ labels }) => labelOf(labels, key))).size > 1,
  );
}

/** What a variant is called among those that differ from it in these labels; its own name where there are none. */
export function shortName({ name, labels }: VariantResult, keys: readonly string[]): string {
  const values = keys.map((key) => labelOf(labels, key)).filter((value) => value !== '');
  return values.length === 0 ? name : values.join(' · ');
}
