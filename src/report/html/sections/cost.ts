import type { GeneratorFigures, Result, TargetFigures } from '../../../result/index.ts';
import { bytesCell, figureCell, nameCell } from '../cells.ts';
import { renderFigure } from '../charts/figure.ts';
import { html, type Markup } from '../markup.ts';
import { type Cell, renderTable } from '../table.ts';
import { brokerCostFigure, generatorCostFigure } from './cost-chart.ts';
import { fittingLeads } from './lead.ts';
import type { Section } from './section.ts';
import { usageFigure } from './usage.ts';

export const costSection: Section = {
  id: 'cost',
  title: 'Cost',
  render: (result) => {
    // With several variants the broker's chart is the lead chart already, unless the scenario has one of its own.
    const several = result.variants.length > 1;
    const broker = several && fittingLeads(result).length === 0 ? null : brokerCostFigure(result);
    const generator = several ? generatorCostFigure(result) : null;
    const usage = usageFigure(result);
    return html`${broker !== null && renderFigure(broker)}${generator !== null && renderFigure(generator)}${usage !== null && renderFigure(usage)}<h3>Memory, event loop and bytes</h3>${resources(result)}`;
  },
};

function resources({ variants }: Result): Markup {
  const number = (title: string) => ({ title, numeric: true });
  return renderTable({
    caption: 'Memory, event-loop delay and bytes on the wire',
    columns: [
      { title: 'Variant' },
      { title: 'Process' },
      number('RSS at most, MiB'),
      number('Event-loop delay p50, ms'),
      number('p99, ms'),
      number('max, ms'),
      number('Sent per attempt'),
      number('Received per attempt'),
    ],
    rows: variants.flatMap((variant) => [
      [
        nameCell(variant.name),
        'broker',
        figureCell(variant.target.rssPeakMiB),
        ...delays(variant.target.eventLoopDelayMs),
        figureCell(undefined),
        figureCell(undefined),
      ],
      [
        nameCell(variant.name),
        'generator',
        figureCell(undefined),
        ...delays(variant.generator.eventLoopLagMs),
        ...bytesPerAttempt(variant.cohorts),
      ],
    ]),
  });
}

function delays(spread: TargetFigures['eventLoopDelayMs'] | GeneratorFigures['eventLoopLagMs']): Cell[] {
  return [figureCell(spread?.p50), figureCell(spread?.p99), figureCell(spread?.max)];
}

function bytesPerAttempt(cohorts: Result['variants'][number]['cohorts']): Cell[] {
  const attempts = cohorts.reduce((sum, cohort) => sum + cohort.attempts, 0);
  if (attempts === 0) return [figureCell(undefined), figureCell(undefined)];
  const mean = (pick: (cohort: (typeof cohorts)[number]) => number) =>
    cohorts.reduce((sum, cohort) => sum + pick(cohort) * cohort.attempts, 0) / attempts;
  return [bytesCell(mean((cohort) => cohort.bytes.sent)), bytesCell(mean((cohort) => cohort.bytes.received))];
}
