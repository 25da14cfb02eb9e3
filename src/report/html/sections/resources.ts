import type { GeneratorFigures, Result, TargetFigures } from '../../../result/index.ts';
import { collectionShare } from '../../findings/collections.ts';
import { bytesCell, countCell, figureCell, nameCell } from '../cells.ts';
import { html, type Markup } from '../markup.ts';
import { type Cell, renderTable } from '../table.ts';

/** What broker and generator took beside CPU: memory, the delay of their event loops, garbage collections, bytes. */
export function resources({ variants }: Result): Markup {
  const number = (title: string) => ({ title, numeric: true });
  const others = variants.some(({ target, rounds }) => rounds.length > 0 && target.collections === undefined);
  return html`<h3>Memory, event loop, garbage collection and bytes</h3><p class="note">Collections: how often, and for how long as a share of the CPU time of the process, the garbage collector held up the thread that serves.${
    others &&
    ' The collector of a broker that is not certstorm’s own can’t be reached from outside: what it takes is within the broker’s CPU.'
  }</p>${renderTable({
    caption: 'Memory, event-loop delay, garbage collections and bytes on the wire',
    groups: [
      { title: '', span: 3 },
      { title: 'Event-loop delay', span: 3 },
      { title: 'Garbage collections', span: 3 },
      { title: 'Bytes per attempt', span: 2 },
    ],
    columns: [
      { title: 'Variant' },
      { title: 'Process' },
      number('RSS at most, MiB'),
      number('p50, ms'),
      number('p99, ms'),
      number('max, ms'),
      number('count'),
      number('share of CPU, %'),
      number('longest, ms'),
      number('sent'),
      number('received'),
    ],
    rows: variants.flatMap((variant) => [
      [
        nameCell(variant.name),
        'broker',
        figureCell(variant.target.rssPeakMiB),
        ...delays(variant.target.eventLoopDelayMs),
        ...collections(variant.target),
        figureCell(undefined),
        figureCell(undefined),
      ],
      [
        nameCell(variant.name),
        'generator',
        figureCell(undefined),
        ...delays(variant.generator.eventLoopLagMs),
        ...collections(variant.generator),
        ...bytesPerAttempt(variant.cohorts),
      ],
    ]),
  })}`;
}

function collections(figures: TargetFigures | GeneratorFigures): Cell[] {
  const share = collectionShare(figures);
  return [
    countCell(figures.collections?.count),
    figureCell(share === null ? undefined : 100 * share),
    figureCell(figures.collections?.maxMs),
  ];
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
