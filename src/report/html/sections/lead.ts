import type { Result, VariantResult } from '../../../result/index.ts';
import { meanInterval } from '../../../stats/index.ts';
import { threeDigits } from '../../words/numbers.ts';
import { logAxis } from '../charts/axis.ts';
import { type Figure, renderFigure } from '../charts/figure.ts';
import type { KeyEntry } from '../charts/key.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { seriesStyle } from '../charts/series.ts';
import { type Lead, leads } from '../leads/index.ts';
import { html } from '../markup.ts';
import { brokerCostFigure } from './cost-chart.ts';
import { latencyTable } from './latency-table.ts';
import type { Section } from './section.ts';

/**
 * The charts of what the scenario is about, each chosen by what the result holds. Where no kind of scenario is recognised: with several
 * variants what each costs the broker, with one how long its clients wait.
 */
export const leadSection: Section = {
  id: 'lead',
  title: 'At a glance',
  render: (result) => {
    const fitting = fittingLeads(result);
    if (fitting.length > 0) return html`${fitting.map((lead) => lead.render(result))}`;
    const figure = result.variants.length > 1 ? brokerCostFigure(result) : waitingFigure(result);
    return figure === null ? null : renderFigure(figure);
  },
};

/** Nothing can be drawn of a run in which no attempt came to an end. */
export function fittingLeads(result: Result): readonly Lead[] {
  const measured = result.variants.some(({ accounting }) => accounting.finished > 0);
  return measured ? leads.filter((lead) => lead.fits(result)) : [];
}

function waitingFigure(result: Result): Figure | null {
  const [variant] = result.variants;
  if (variant === undefined) return null;
  const rows = variant.cohorts.flatMap((_, i) => waitingRow(variant, i));
  if (rows.length === 0) return null;
  const values = rows.flatMap(({ points, faint = [] }) => [...points.map(({ value }) => value), ...faint]);
  const few = variant.cohorts.some((cohort) => {
    const decided = cohort.latencyMs.authenticated ?? cohort.latencyMs.rejected;
    return decided !== undefined && decided.count < 100;
  });
  const severalRounds = variant.rounds.length > 1;
  const key: KeyEntry[] = [
    { mark: 'main', text: 'half of them sooner (p50)' },
    { mark: 'tick', text: 'p90' },
    { mark: 'hollow', text: 'p99' },
    ...(severalRounds
      ? [
          { mark: 'faint' as const, text: 'p50 of each round' },
          { mark: 'interval' as const, text: '95 % interval of the p50 over rounds' },
        ]
      : []),
  ];
  return {
    title: 'How long until a client is let in or turned away?',
    note: `Service time, from the start of the TCP connection to the CONNACK, the alert, the close or the refusal.${
      few ? ' Where a cohort has fewer than 100 attempts, its p99 is the slowest of them.' : ''
    }`,
    description: `A row for each of ${rows.length} cohorts with the 50th, 90th and 99th percentile of its waiting time.`,
    chart: renderRows(logAxis('milliseconds, logarithmic', values), rows, key, 'p50 · p99'),
    table: latencyTable(result, 'service'),
  };
}

function waitingRow(variant: VariantResult, index: number): Row[] {
  const cohort = variant.cohorts[index];
  const phase = cohort?.latencyMs.authenticated === undefined ? 'rejected' : 'authenticated';
  const latency = cohort?.latencyMs[phase];
  if (cohort === undefined || latency === undefined) return [];
  const rounds = variant.rounds.flatMap((round) => round.cohorts[index]?.latencyMs[phase]?.p50 ?? []);
  const interval = meanInterval(rounds);
  const point = (name: string, value: number) => `${cohort.name}, ${name}: ${threeDigits(value)} ms`;
  return [
    {
      name: cohort.name,
      of: { cohort: index },
      detail: phase === 'authenticated' ? 'let in' : 'turned away',
      ...seriesStyle(index),
      range: [latency.p50, latency.p99],
      ...(interval === null ? {} : { interval: [interval.low, interval.high] as const }),
      ...(rounds.length > 1 ? { faint: rounds } : {}),
      points: [
        { value: latency.p90, kind: 'tick', title: point('p90', latency.p90) },
        { value: latency.p99, kind: 'hollow', title: point('p99', latency.p99) },
        { value: latency.p50, kind: 'main', title: point('p50', latency.p50) },
      ],
      text: `${threeDigits(latency.p50)} · ${threeDigits(latency.p99)} ms`,
    },
  ];
}
