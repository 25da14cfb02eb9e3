import type { Latency, Result } from '../../../result/index.ts';
import { neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { logAxis } from '../charts/axis.ts';
import type { Figure } from '../charts/figure.ts';
import { percentileRow } from '../charts/percentile-row.ts';
import { renderRows } from '../charts/rows.ts';
import { variantStyles } from '../charts/variant-style.ts';
import type { Table } from '../table.ts';

type Waiting = { variant: string; index: number; phase: 'authenticated' | 'rejected'; latency: Latency };

/** Most results of this size ask about the good clients; so many cohorts are drawn, and the table has all of them. */
const drawn = 3;

/** Many variants: a chart for each of the largest cohorts, a row for each variant, all on one scale. */
export function variantRows(result: Result): Figure[] {
  const styles = variantStyles(result);
  const cohorts = byAttempts(result).slice(0, drawn);
  return cohorts.flatMap((cohort) => {
    const waiting = waitingOf(result, cohort);
    if (waiting.length === 0) return [];
    const values = waiting.flatMap(({ latency }) => [latency.p50, latency.p99]);
    const letIn = waiting.every(({ phase }) => phase === 'authenticated');
    return [
      {
        title: `How long until ${neutralise(cohort, 60)} clients are ${letIn ? 'let in' : 'turned away'}?`,
        note: 'Service time, a row for each variant.',
        description: `A row for each of ${waiting.length} variants with the 50th, 90th and 99th percentile.`,
        chart: [
          styles.legend,
          renderRows(
            logAxis('milliseconds, logarithmic', values),
            waiting.map((one) => percentileRow(one, styles.of(one.index))),
            [
              { mark: 'main', text: 'p50' },
              { mark: 'tick', text: 'p90' },
              { mark: 'hollow', text: 'p99' },
            ],
            'p50 · p99',
          ),
        ],
        table: tableOf(cohort, waiting),
      },
    ];
  });
}

function byAttempts({ variants }: Result): string[] {
  const attempts = new Map<string, number>();
  for (const { cohorts } of variants)
    for (const cohort of cohorts)
      attempts.set(cohort.name, (attempts.get(cohort.name) ?? 0) + cohort.attempts);
  return [...attempts].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}

function waitingOf({ variants }: Result, name: string): Waiting[] {
  return variants.flatMap((variant, index) => {
    const latencies = variant.cohorts.find((cohort) => cohort.name === name)?.latencyMs ?? {};
    const phase = latencies.authenticated === undefined ? 'rejected' : 'authenticated';
    const latency = latencies[phase];
    return latency === undefined ? [] : [{ variant: variant.name, index, phase, latency }];
  });
}

function tableOf(cohort: string, waiting: readonly Waiting[]): Table {
  return {
    caption: `Service time of ${neutralise(cohort, 60)} in milliseconds`,
    columns: [
      { title: 'Variant' },
      ...['Count', 'p50', 'p90', 'p99', 'Max'].map((title) => ({ title, numeric: true })),
    ],
    rows: waiting.map(({ variant, latency }) => [
      nameCell(variant),
      countCell(latency.count),
      figureCell(latency.p50),
      figureCell(latency.p90),
      figureCell(latency.count >= 100 ? latency.p99 : undefined),
      figureCell(latency.max),
    ]),
  };
}
