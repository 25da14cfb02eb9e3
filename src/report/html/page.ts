import type { Result } from '../../result/index.ts';
import { neutralise } from '../words/text.ts';
import { markerShapes } from './charts/series.ts';
import { documentOf, type PageOptions } from './document.ts';
import { embeddedGzip } from './embed.ts';
import { html, type Markup } from './markup.ts';
import { answerSection } from './sections/answer.ts';
import { comparisonSection } from './sections/comparison.ts';
import { costSection } from './sections/cost.ts';
import { filterBar } from './sections/filter.ts';
import { latencySection } from './sections/latency.ts';
import { leadSection } from './sections/lead.ts';
import { matrixSection } from './sections/matrix.ts';
import { planSection } from './sections/plan.ts';
import type { Section } from './sections/section.ts';
import { trustSection } from './sections/trust.ts';
import { timeOf, verdictBar } from './sections/verdict-bar.ts';

/** Characters: a larger result is not packed at all, and a pack larger than this is left out. */
const largestResult = 60_000_000;
const largestPacked = 3_000_000;

/** The order of the page: the answer first, the proof beneath. */
const sections: readonly Section[] = [
  answerSection,
  leadSection,
  comparisonSection,
  matrixSection,
  latencySection,
  costSection,
  trustSection,
  planSection,
];

/** The whole page of a result. */
export function renderPage(result: Result, options: PageOptions = {}): Markup {
  const present = sections.flatMap(({ id, title, render }) => {
    const content = render(result);
    return content === null ? [] : [{ id, title, content }];
  });
  const packed = packedResult(result);
  const body = html`${markerShapes()}${verdictBar(result)}<div class="columns"><nav aria-label="Contents"><ol>${present.map(
    ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ol></nav><main>${filterBar(result)}
${present.map(({ id, title, content }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2><span id="${id}-title">${title}</span> <a class="permalink" href="#${id}" aria-label="Link to “${title}”">#</a></h2>${content}</section>\n`)}
<footer>${packed !== null && html`<button type="button" class="download script-only">Download result.json</button> `}Made from result.json alone by certstorm ${neutralise(result.environment.certstorm, 30)}; measured ${timeOf(result.startedAt)}.</footer></main></div>${packed}`;
  return documentOf(
    `${result.verdict.word}: ${neutralise(result.scenario.name, 60)} · certstorm`,
    body,
    options,
  );
}

/** The result itself, so that a page that was mailed around can be compared and drawn again; null for one too large to be carried along. */
function packedResult(result: Result): Markup | null {
  const text = JSON.stringify(result);
  if (text.length > largestResult) return null;
  const packed = embeddedGzip('result-json', text);
  return packed.source.length > largestPacked ? null : packed;
}
