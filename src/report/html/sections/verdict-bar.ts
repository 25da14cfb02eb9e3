import type { Result } from '../../../result/index.ts';
import { count, duration, thinSpace } from '../../words/numbers.ts';
import { neutralise, plural } from '../../words/text.ts';
import { glyphs, verdictTone } from '../../words/verdict.ts';
import { html, type Markup } from '../markup.ts';

/** The first thing on the page: one word, and what it is about. */
export function verdictBar(result: Result): Markup {
  const { verdict, scenario } = result;
  const tone = verdictTone(verdict.word);
  return html`<header class="verdict ${tone}"><div class="word"><span class="glyph" aria-hidden="true">${glyphs[tone]}</span><div><p class="scenario">certstorm · ${neutralise(scenario.name, 80)}</p><h1>${verdict.word}</h1></div></div>
${verdict.reasons.length > 0 && html`<ul class="reasons">${verdict.reasons.slice(0, 6).map((reason) => html`<li>${reason}</li>`)}${verdict.reasons.length > 6 && html`<li>and ${count(verdict.reasons.length - 6)} more</li>`}</ul>`}
<dl class="facts">${facts(result).map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
${scenario.description !== '' && html`<p class="description">${scenario.description}</p>`}
<button type="button" class="theme script-only" aria-pressed="false">Dark colours</button></header>
`;
}

function facts(result: Result): [string, string][] {
  const { variants, startedAt, finishedAt, seed, verdict } = result;
  const attempts = variants.reduce((sum, { accounting }) => sum + accounting.finished, 0);
  const rounds = variants.reduce((sum, variant) => sum + variant.rounds.length, 0);
  return [
    ['Target', targets(result)],
    [
      'Measured',
      `${count(attempts)} ${plural(attempts, 'attempt')} in ${count(rounds)} ${plural(rounds, 'round')} of ${count(variants.length)} ${plural(variants.length, 'variant')}`,
    ],
    ['Date', timeOf(startedAt)],
    ['Duration', duration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) || 0)],
    ['Seed', String(seed)],
    ['Exit code', String(verdict.exitCode)],
  ];
}

function targets({ variants }: Result): string {
  const all = new Set(variants.map(({ target }) => `${target.kind}: ${target.version}`));
  const [first = 'none'] = all;
  const more = all.size > 1 ? ` and ${count(all.size - 1)} more` : '';
  return `${neutralise(first, 90)}${more}`;
}

/** UTC, so that two readers of one report read the same. */
export function timeOf(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return neutralise(iso, 40);
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')}${thinSpace}UTC`;
}
