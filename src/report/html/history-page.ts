import type { Series } from '../history.ts';
import { count, threeDigits } from '../words/numbers.ts';
import { neutralise, plural } from '../words/text.ts';
import { figureCell, nameCell } from './cells.ts';
import { linearAxis, spanAxis } from './charts/axis.ts';
import { panels, renderFigure } from './charts/figure.ts';
import { type Marker, renderPanel } from './charts/panel.ts';
import { markerShapes, seriesStyle } from './charts/series.ts';
import { documentOf } from './document.ts';
import { html, type Markup } from './markup.ts';
import { timeOf } from './sections/verdict-bar.ts';

/** A metric over many results, a panel for each, with the places where its level changed. */
export function renderHistory(all: readonly Series[], results: number): Markup {
  const scenarios = Map.groupBy(all, ({ scenario, variant }) => JSON.stringify([scenario, variant]));
  const changed = all.filter(({ changes }) => changes.length > 0);
  const body = html`${markerShapes()}<header class="verdict plain"><div class="word"><span class="glyph" aria-hidden="true">·</span><div><p class="scenario">certstorm</p><h1>history</h1></div></div>
<p class="description">${count(results)} ${plural(results, 'result')}, oldest first. A line marks where a level changed: a step in ranks that chance makes less than once in a hundred times.</p>
<button type="button" class="theme script-only" aria-pressed="false">Dark colours</button></header><main>
<section id="answer" aria-labelledby="answer-title"><h2 id="answer-title">What changed?</h2><ul class="answer">${
    changed.length === 0
      ? html`<li class="plain"><span class="glyph" aria-hidden="true">·</span><span>No level changed that these results could tell${all.every(({ runs }) => runs.length < 8) && '; a change shows from eight runs on'}.</span></li>`
      : changed.flatMap((series) => series.changes.map((change) => sentence(series, change)))
  }</ul></section>
${[...scenarios.values()].map(scenarioSection)}</main>`;
  return documentOf(`history of ${results} results · certstorm`, body);
}

function sentence(
  { metric, unit, moreIsWorse, scenario, variant, runs }: Series,
  { index, before, after }: Series['changes'][number],
): Markup {
  const worse = after > before === moreIsWorse;
  return html`<li class="${worse ? 'bad' : 'good'}"><span class="glyph" aria-hidden="true">${after > before ? '▲' : '▼'}</span><span>${metric} of <span class="name">${neutralise(scenario, 60)}, ${neutralise(variant, 60)}</span> went from <strong>${threeDigits(before)} ${unit}</strong> to <strong>${threeDigits(after)} ${unit}</strong> (${threeDigits(after / before)}×) with the run of ${timeOf(runs[index]?.startedAt ?? '')}.</span></li>
`;
}

function scenarioSection(all: readonly Series[], number: number): Markup {
  const [first] = all;
  if (first === undefined) return html``;
  const id = `series-${number}`;
  const title = `${neutralise(first.scenario, 60)}, ${neutralise(first.variant, 60)}`;
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${renderFigure(
    {
      title: `${count(Math.max(...all.map(({ runs }) => runs.length)))} runs`,
      description: `${all.length} metrics over the runs of this variant.`,
      chart: panels(all.map(seriesPanel)),
      table: {
        caption: `Runs of ${title}`,
        columns: [
          { title: 'Run of' },
          { title: 'Metric' },
          { title: 'Unit' },
          { title: 'Value', numeric: true },
          { title: 'certstorm' },
        ],
        rows: all.flatMap(({ metric, unit, runs }) =>
          runs.map(({ startedAt, value, certstorm }) => [
            timeOf(startedAt),
            metric,
            unit,
            figureCell(value),
            nameCell(certstorm, 30),
          ]),
        ),
      },
    },
  )}</section>`;
}

/** Runs stand at equal distances: what matters is their order, and nights without a run are no information. */
function seriesPanel({ metric, unit, moreIsWorse, runs, changes }: Series): Markup {
  const x = spanAxis('run', 1, runs.length);
  const y = linearAxis(unit, Math.max(...runs.map(({ value }) => value)), 4);
  const { className, marker } = seriesStyle(0);
  const place = (value: number, i: number) => [x.position(i + 1), y.position(value)] as const;
  const markers = changes.map(
    ({ index, before, after }): Marker => ({
      at: x.position(index + 0.5),
      label: `${threeDigits(after / before)}×`,
      tone: after > before === moreIsWorse ? 'bad' : 'good',
    }),
  );
  return renderPanel({
    title: metric,
    x,
    y,
    markers,
    lines: [
      {
        className,
        points: runs.map(({ value }, i) => place(value, i)),
        marks: runs.map(({ startedAt, value }, i) => ({
          at: place(value, i),
          marker,
          title: `${timeOf(startedAt)}: ${threeDigits(value)} ${unit}`,
        })),
      },
    ],
  });
}
