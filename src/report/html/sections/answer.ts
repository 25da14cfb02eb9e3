import { answer } from '../../words/answer.ts';
import type { Part, Sentence } from '../../words/sentence.ts';
import { neutralise } from '../../words/text.ts';
import { glyphs } from '../../words/verdict.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from './section.ts';

export const answerSection: Section = {
  id: 'answer',
  title: 'The answer',
  render: (result) => html`<ul class="answer">${answer(result).map(renderSentence)}</ul>`,
};

function renderSentence(sentence: Sentence): Markup {
  return html`<li class="${sentence.tone}"><span class="glyph" aria-hidden="true">${glyphs[sentence.tone]}</span><span>${sentenceMarkup(sentence)}</span></li>
`;
}

export function sentenceMarkup({ parts }: Sentence): Markup {
  return html`${parts.map(renderPart)}`;
}

function renderPart(part: Part): Markup {
  if (typeof part === 'string') return html`${part}`;
  return 'figure' in part
    ? html`<strong>${part.figure}</strong>`
    : html`<span class="name">${neutralise(part.name, 60)}</span>`;
}
