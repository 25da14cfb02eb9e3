import { renderFigure } from '../charts/figure.ts';
import { html } from '../markup.ts';
import { brokerCostFigure, generatorCostFigure } from './cost-chart.ts';
import { fittingLeads } from './lead.ts';
import { resources } from './resources.ts';
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
    return html`${broker !== null && renderFigure(broker)}${generator !== null && renderFigure(generator)}${usage !== null && renderFigure(usage)}${resources(result)}`;
  },
};
