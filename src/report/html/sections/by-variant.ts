import type { Result, VariantResult } from '../../../result/index.ts';
import { neutralise } from '../../words/text.ts';
import { type Content, html, type Markup } from '../markup.ts';

/** What is told of a variant: its content, a few words for the line that stands when it is folded, and whether it stands open. */
export type VariantBlock = { content: Content; summary?: Content; open?: boolean };

/** With one variant its content as it is; with several a folded block for each. */
export function byVariant(
  { variants }: Result,
  block: (variant: VariantResult, index: number) => VariantBlock | null,
): Markup {
  return html`${variants.map((variant, index) => {
    const found = block(variant, index);
    if (found === null) return null;
    if (variants.length === 1) return found.content;
    return html`<details class="variant"${found.open === true && html` open`}><summary><span class="name">${neutralise(variant.name, 80)}</span> ${found.summary}</summary>${found.content}</details>
`;
  })}`;
}
