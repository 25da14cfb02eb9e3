import { type FaultFinding, faultsOf, type Stretch, stretchNames } from '../../findings/faults.ts';
import { expectedNames, lengthS, slicesOf } from '../../findings/slices.ts';
import { count } from '../../words/numbers.ts';
import { label, neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { linearAxis, timeAxis } from '../charts/axis.ts';
import { eventMarkers } from '../charts/event-markers.ts';
import { panels, renderFigure } from '../charts/figure.ts';
import { renderKey } from '../charts/key.ts';
import { outcomeAreas } from '../charts/outcome-areas.ts';
import { renderPanel } from '../charts/panel.ts';
import type { Markup } from '../markup.ts';
import type { Cell, Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** Who was wrongly let in or turned away while a service failed, before and after, and what good clients waited. */
export const faultsLead: Lead = {
  name: 'faults',
  fits: (result) => faultsOf(result).length > 0,
  render: (result) => {
    const all = faultsOf(result);
    return renderFigure({
      title: 'Who is wrongly let in or turned away while a service fails?',
      note: 'The first round of each variant. The time in which the service was made to fail is shaded.',
      description: `False accepts and false rejects per second over time, ${count(all.length)} panels.`,
      chart: [
        renderKey([
          { mark: 'failed', text: 'let in though unwelcome (false accept)' },
          { mark: 'light', text: 'turned away though welcome (false reject)' },
        ]),
        wrongOverTime(all),
      ],
      table: stretchTable(all),
      open: true,
    });
  },
};

function wrongOverTime(all: readonly FaultFinding[]): Markup {
  const drawn = all.flatMap((finding) => {
    const [round] = finding.variant.rounds;
    if (round === undefined) return [];
    const { cohorts } = finding.variant;
    const welcome = slicesOf(round, expectedNames(cohorts, true));
    const unwelcome = slicesOf(round, expectedNames(cohorts, false));
    const slices = Array.from({ length: Math.max(welcome.length, unwelcome.length) }, (_, i) => ({
      atS: welcome[i]?.atS ?? unwelcome[i]?.atS ?? 0,
      started: 0,
      accepted: 0,
      refused: welcome[i]?.refused ?? 0,
      failed: unwelcome[i]?.accepted ?? 0,
    }));
    return [{ ...finding, round, slices, seconds: lengthS(round) }];
  });
  const highest = Math.max(
    0,
    ...drawn.flatMap(({ slices }) => slices.map(({ refused, failed }) => refused + failed)),
  );
  const y = linearAxis('wrong /s', highest, 3);
  return panels(
    drawn.map(({ variant, index, round, slices, seconds }) => {
      const x = timeAxis(seconds);
      return renderPanel({
        title: label(variant.name, 36),
        x,
        y,
        lines: [],
        height: 100,
        of: { variant: index },
        areas: outcomeAreas('series-0', slices, seconds, x, y),
        markers: eventMarkers(round, x),
      });
    }),
  );
}

function stretchTable(all: readonly FaultFinding[]): Table {
  return {
    caption: 'False verdicts and waiting before, during and after the faults',
    groups: [
      { title: '', span: 2 },
      ...stretchNames.map((name) => ({ title: name[0]?.toUpperCase() + name.slice(1), span: 4 })),
      { title: '', span: 1 },
    ],
    columns: [
      { title: 'Variant' },
      { title: 'Fault' },
      ...stretchNames.flatMap(() =>
        ['False accepts', 'False rejects', 'Good p50, ms', 'p99, ms'].map((title) => ({
          title,
          numeric: true,
        })),
      ),
      { title: 'Right again after, ms', numeric: true },
    ],
    rows: all.map(({ variant, faults, stretches, recoveryMs }) => [
      nameCell(variant.name),
      nameCell(neutralise(faults, 60)),
      ...stretchNames.flatMap((name) => stretchCells(stretches[name])),
      figureCell(recoveryMs ?? undefined),
    ]),
  };
}

function stretchCells({ falseAccepts, falseRejects, p50Ms, p99Ms }: Stretch): Cell[] {
  return [
    countCell(falseAccepts, falseAccepts > 0 ? 'wrong-figure' : ''),
    countCell(falseRejects, falseRejects > 0 ? 'attention' : ''),
    figureCell(p50Ms ?? undefined),
    figureCell(p99Ms ?? undefined),
  ];
}
