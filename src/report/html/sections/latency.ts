import type { Result } from '../../../result/index.ts';
import { listOf, neutralise } from '../../words/text.ts';
import { renderFigure } from '../charts/figure.ts';
import { seriesPerPanel } from '../charts/series.ts';
import { html } from '../markup.ts';
import { foldedTable, renderTable } from '../table.ts';
import { heatMapFigure } from './heat-map.ts';
import { curveFigures } from './latency-curves.ts';
import { variantRows } from './latency-rows.ts';
import { latencyTable } from './latency-table.ts';
import { layersFigure } from './layers.ts';
import { overTimeFigure } from './over-time.ts';
import type { Section } from './section.ts';

/**
 * How long it took. Up to five variants share a panel, each cohort having its own; with more, the variants stand in rows, which is the
 * form in which thirty can still be compared.
 */
export const latencySection: Section = {
  id: 'latency',
  title: 'Latency and refusals',
  render: (result) => {
    const few = result.variants.length <= seriesPerPanel;
    const { figures, missing } = few ? curveFigures(result) : { figures: variantRows(result), missing: [] };
    const overTime = overTimeFigure(result);
    const heatMap = heatMapFigure(result);
    const layers = layersFigure(result);
    if (
      figures.length === 0 &&
      missing.length === 0 &&
      overTime === null &&
      heatMap === null &&
      layers === null
    )
      return null;
    return html`<p class="note"><strong>Service time</strong> counts from the moment an attempt actually started. <strong>Response time</strong> counts from the moment it was scheduled to start, so it includes what a late start adds; only the arrival-rate models have one.</p>
${figures.map(renderFigure)}${
  missing.length > 0 &&
  html`<p class="note">No curve for ${listOf(missing.map((name) => neutralise(name, 60)))}: what the result holds there is not a readable histogram.</p>`
}${!few && serviceTable(result)}${renderResponse(result)}${heatMap !== null && renderFigure(heatMap)}${overTime !== null && renderFigure(overTime)}${layers}`;
  },
};

/** With many variants the charts show the largest cohorts; this has all of them. */
function serviceTable(result: Result) {
  const table = latencyTable(result, 'service');
  return table.rows.length === 0 ? null : html`<h3>Service time by cohort</h3>${foldedTable(table)}`;
}

function renderResponse(result: Result) {
  const table = latencyTable(result, 'response');
  if (table.rows.length === 0) return null;
  return html`<h3>Response time by cohort</h3>${table.rows.length > 20 ? foldedTable(table) : renderTable(table)}`;
}
