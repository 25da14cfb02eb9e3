import type { Result, VariantResult } from '../../../result/index.ts';
import { count } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { belonging } from '../charts/belonging.ts';
import { type Content, html, type Markup } from '../markup.ts';

/** What is told of a variant: its content, a few words for the line that stands when it is folded, and whether it stands open. */
export type VariantBlock = { content: Markup; summary?: Content; open?: boolean };

/** More folded blocks than this are folded away together. */
const mostFolded = 8;

/** With one variant its content as it is; with several a block for each, those that stand open before the others. */
export function byVariant(
  { variants }: Result,
  block: (variant: VariantResult, index: number) => VariantBlock | null,
): Markup {
  const blocks = variants.flatMap((variant, i) => {
    const found = block(variant, i);
    return found === null ? [] : [{ ...found, name: variant.name, index: i }];
  });
  const [only] = blocks;
  if (variants.length === 1 && only !== undefined) return only.content;
  const folded = blocks.filter(({ open }) => open !== true);
  if (folded.length <= mostFolded) return html`${blocks.map(renderBlock)}`;
  return html`${blocks.filter(({ open }) => open === true).map(renderBlock)}<details class="fold"><summary>${count(folded.length)} ${
    folded.length < blocks.length && 'other '
  }variants</summary>${folded.map(renderBlock)}</details>`;
}

function renderBlock({
  name,
  index,
  content,
  summary,
  open,
}: VariantBlock & { name: string; index: number }): Markup {
  return html`<details class="variant"${belonging({ variant: index })}${open === true && html` open`}><summary><span class="name">${neutralise(name, 80)}</span> ${summary}</summary>${content}</details>
`;
}
