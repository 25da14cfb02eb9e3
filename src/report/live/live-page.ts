import { linearAxis, logAxis, timeAxis } from '../html/charts/axis.ts';
import { panels } from '../html/charts/figure.ts';
import { renderKey, renderSeriesKey } from '../html/charts/key.ts';
import { type Line, renderPanel } from '../html/charts/panel.ts';
import { markerShapes, seriesPerPanel, seriesStyle } from '../html/charts/series.ts';
import { frameOf } from '../html/document.ts';
import { html, type Markup } from '../html/markup.ts';
import { liveScript } from '../html/script/live.ts';
import { themeScript } from '../html/script/theme.ts';
import { count, thinSpace, threeDigits, wholeSeconds } from '../words/numbers.ts';
import { label, neutralise } from '../words/text.ts';
import { glyphs, type Tone, verdictTone } from '../words/verdict.ts';
import type { LiveCohortState, LiveRoundState, LiveRun } from './live-run.ts';

/** The page of a run that goes on; its script asks its own server for what changes. Without JavaScript it loads itself anew. */
export function renderLivePage(run: LiveRun): Markup {
  return frameOf(
    liveTitle(run),
    html`${markerShapes()}<div id="live" class="sheet live">${renderLiveParts(run)}</div>`,
    {
      script: `'use strict';\n${themeScript}${liveScript}`,
      connects: true,
      head: html`<noscript><meta http-equiv="refresh" content="2"></noscript>`,
    },
  );
}

export function liveTitle({ ended, round, scenario }: LiveRun): string {
  const how =
    ended !== null
      ? ended.word
      : round === null
        ? 'preparing'
        : `${Math.round(100 * Math.min(1, round.elapsedMs / round.durationMs))}${thinSpace}%`;
  return `${how}: ${neutralise(scenario, 60)} · certstorm`;
}

/** What changes while a run goes on. */
export function renderLiveParts(run: LiveRun): Markup {
  const { round } = run;
  return html`${head(run)}<main>${round !== null && html`${tiles(round)}${cohortTable(round)}${charts(round)}`}${told(run)}</main>`;
}

function head(run: LiveRun): Markup {
  const { ended, round, scenario, step } = run;
  const tone: Tone = ended === null ? 'plain' : verdictTone(ended.word);
  const word = ended === null ? (round === null ? 'preparing' : 'storming') : ended.word;
  return html`<header class="verdict ${tone}"><div class="word"><span class="glyph" aria-hidden="true">${ended === null ? '▸' : glyphs[tone]}</span><div><p class="scenario">certstorm · ${neutralise(scenario, 80)}</p><h1>${word}</h1></div></div>
<p class="description" role="status">${ended === null ? neutralise(step, 200) : ending(ended)}</p>${ended === null && round !== null && progress(run, round)}
<button type="button" class="theme script-only" aria-pressed="false" data-keep="">Dark colours</button></header>`;
}

function ending({ exitCode, report }: NonNullable<LiveRun['ended']>): Markup {
  return html`The run has ended with exit code ${exitCode}, and so has this page.${report !== null && html` The report is in <code>${report}</code>.`}`;
}

function progress({ leftMs }: LiveRun, round: LiveRoundState): Markup {
  const { position, of, elapsedMs, durationMs, variant } = round;
  const share = Math.min(1, elapsedMs / durationMs);
  return html`<p class="live-bar"><progress aria-label="Of round ${position + 1}" max="100" value="${Math.round(100 * share)}"></progress></p>
<p class="note">Round ${count(position + 1)} of ${count(of)}, variant ${neutralise(variant, 80)}: ${wholeSeconds(elapsedMs)} of ${wholeSeconds(durationMs)}${leftMs !== null && html`; the run takes about <strong>${wholeSeconds(leftMs)}</strong> more`}.</p>`;
}

function tiles({
  askedPerSecond,
  achievedPerSecond,
  finished,
  inFlight,
  missedArrivals,
  cohorts,
  target,
}: LiveRoundState): Markup {
  const sum = (pick: (cohort: LiveCohortState) => number) =>
    cohorts.reduce((total, cohort) => total + pick(cohort), 0);
  const wrong = (value: number) => (value > 0 ? 'wrong-figure' : '');
  const figures: [string, string, string?][] = [
    ...(askedPerSecond === null ? [] : [['Rate asked', perSecond(askedPerSecond)] as [string, string]]),
    ['Rate achieved', perSecond(achievedPerSecond)],
    ['Done', count(finished)],
    ['In flight', count(inFlight)],
    ['Arrivals missed', count(missedArrivals), missedArrivals > 0 ? 'attention' : ''],
    [
      'False accepts',
      count(sum(({ falseAccepts }) => falseAccepts)),
      wrong(sum(({ falseAccepts }) => falseAccepts)),
    ],
    [
      'False rejects',
      count(sum(({ falseRejects }) => falseRejects)),
      wrong(sum(({ falseRejects }) => falseRejects)),
    ],
    [
      'Broker CPU',
      target.corePercent === null ? 'not known' : `${count(target.corePercent)}${thinSpace}% of a core`,
    ],
    ['Broker memory', target.rssMiB === null ? 'not known' : `${threeDigits(target.rssMiB)}${thinSpace}MiB`],
  ];
  return html`<section><h2>Now</h2><dl class="facts live-facts">${figures.map(
    ([term, text, className = '']) =>
      html`<div><dt>${term}</dt><dd${className !== '' && html` class="${className}"`}>${text}</dd></div>`,
  )}</dl></section>`;
}

function cohortTable({ cohorts }: LiveRoundState): Markup {
  const titles = [
    'Expected',
    'Started',
    'Let in',
    'Turned away',
    'No decision',
    'False',
    'p50, ms',
    'p99, ms',
  ];
  const caption = 'Cohorts over the round so far';
  return html`<section><h2>By cohort</h2><div class="table"><div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table class="numbers-2"><caption>${caption}</caption>
<thead><tr><th scope="col">Cohort</th>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${cohorts.map(cohortRow)}</tbody></table></div></div><p class="note">Service time until a client was let in, or turned away; counts and percentiles of the round so far. Whether a refusal had the right cause is judged when the run has ended.</p></section>`;
}

function cohortRow(cohort: LiveCohortState): Markup {
  const { name, expected, started, accepted, refused, failed, falseAccepts, falseRejects, p50Ms, p99Ms } =
    cohort;
  const wrong = falseAccepts + falseRejects;
  const figure = (value: number | null) => (value === null ? '–' : threeDigits(value));
  return html`<tr><th scope="row">${neutralise(name, 60)}</th><td>${expected}</td>${[started, accepted, refused, failed].map((value) => html`<td>${count(value)}</td>`)}<td${wrong > 0 && html` class="wrong-figure"`}>${count(wrong)}</td><td>${figure(p50Ms)}</td><td>${figure(p99Ms)}</td></tr>`;
}

function charts({ course, cohorts, durationMs, askedPerSecond }: LiveRoundState): Markup | null {
  if (course.length < 2) return null;
  const x = timeAxis(Math.max(durationMs / 1000, course.at(-1)?.atS ?? 0));
  const most = (values: readonly (number | null)[]) => Math.max(1, ...values.map((value) => value ?? 0));
  const line = (
    className: string,
    y: { position(value: number): number },
    pick: (at: number) => number | null | undefined,
  ): Line => ({
    className,
    points: course.flatMap(({ atS }, at) => {
      const value = pick(at);
      return value == null ? [] : [[x.position(atS), y.position(value)] as const];
    }),
  });
  const rate = linearAxis('/s', most(course.flatMap(({ asked, achieved }) => [asked, achieved])), 4);
  const cpu = linearAxis('% of a core', most(course.map(({ corePercent }) => corePercent)), 4);
  const slow = logAxis(
    'ms',
    course.flatMap(({ p99Ms }) => p99Ms.filter((value) => value !== null)),
  );
  const shown = cohorts
    .map(({ started }, index) => ({ started, index }))
    .toSorted((a, b) => b.started - a.started)
    .slice(0, seriesPerPanel)
    .map(({ index }) => index)
    .toSorted((a, b) => a - b);
  return html`<section><h2>Over the round</h2>${renderKey([
    { mark: 'line', text: 'attempts started' },
    ...(askedPerSecond === null ? [] : [{ mark: 'started' as const, text: 'attempts asked for' }]),
  ])}${renderSeriesKey(shown.map((index) => label(cohorts[index]?.name ?? '', 30)))}${panels([
    renderPanel({
      title: 'Attempts asked for and started',
      x,
      y: rate,
      lines: [
        line('series-0', rate, (at) => course[at]?.achieved),
        ...(askedPerSecond === null ? [] : [line('started', rate, (at) => course[at]?.asked)]),
      ],
    }),
    renderPanel({
      title: 'p99 by cohort',
      detail: 'of the round so far',
      x,
      y: slow,
      lines: shown.map((index, at) =>
        line(seriesStyle(at).className, slow, (moment) => course[moment]?.p99Ms[index]),
      ),
    }),
    renderPanel({
      title: 'CPU of the broker',
      x,
      y: cpu,
      lines: [line('series-0', cpu, (at) => course[at]?.corePercent)],
    }),
  ])}</section>`;
}

function told({ told: sentences }: LiveRun): Markup | null {
  if (sentences.length === 0) return null;
  return html`<section><h2>What the run told</h2><ul class="live-told">${sentences.map((sentence) => html`<li>${neutralise(sentence, 300)}</li>`)}</ul></section>`;
}

function perSecond(rate: number): string {
  return `${threeDigits(rate)}${thinSpace}/s`;
}
