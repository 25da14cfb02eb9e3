import { falseVerdicts } from '../false-verdict-metrics.ts';
import {
  counter,
  type Family,
  gauge,
  info,
  renderFamilies,
  type Sample,
  summary,
} from '../openmetrics-text.ts';
import type { LiveRun, LiveTotals } from './live-run.ts';

/** OpenMetrics 1.0 has this for its text. */
export const openMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** How a run stands, as OpenMetrics 1.0 text for a Prometheus that scrapes while it goes on. Counters never fall back within a run. */
export function renderLiveMetrics(run: LiveRun): string {
  return renderFamilies([...ofTheRun(run), ...ofTheRound(run), ...ofTotals(run)]);
}

function ofTheRun({ scenario, seed, certstorm, roundsDone, leftMs }: LiveRun): Family[] {
  const labels = { scenario };
  return [
    info('certstorm_run', 'What is run and with what.', [
      { suffix: '_info', labels: { scenario, certstorm, seed: String(seed) }, value: 1 },
    ]),
    counter('certstorm_rounds', 'Rounds that have ended.', [{ labels, value: roundsDone }]),
    gauge(
      'certstorm_time_left_seconds',
      'How long the run is thought to take yet.',
      leftMs === null ? [] : [{ labels, value: leftMs / 1000 }],
      'seconds',
    ),
  ];
}

function ofTheRound({ scenario, round }: LiveRun): Family[] {
  const one = (value: number | null | undefined): Sample[] =>
    round === null || value == null ? [] : [{ labels: { scenario, variant: round.variant }, value }];
  return [
    gauge(
      'certstorm_round_progress_ratio',
      'Share of the round that has gone by.',
      one(round === null ? null : Math.min(1, round.elapsedMs / round.durationMs)),
      'ratio',
    ),
    gauge(
      'certstorm_rate_asked',
      'Attempts a second that the schedule asks for.',
      one(round?.askedPerSecond),
    ),
    gauge('certstorm_rate_achieved', 'Attempts a second that were started.', one(round?.achievedPerSecond)),
    gauge('certstorm_in_flight', 'Attempts under way.', one(round?.inFlight)),
    gauge(
      'certstorm_target_cpu_cores',
      'CPU that the target uses, in cores.',
      one(round?.target.corePercent == null ? null : round.target.corePercent / 100),
    ),
    gauge(
      'certstorm_target_rss_bytes',
      'Resident set of the target.',
      one(round?.target.rssMiB == null ? null : round.target.rssMiB * 2 ** 20),
      'bytes',
    ),
  ];
}

type CohortTotals = LiveTotals['cohorts'][number];

function ofTotals({ scenario, totals }: LiveRun): Family[] {
  const each = (pick: (cohort: CohortTotals, labels: Record<string, string>) => Sample[]): Sample[] =>
    totals.flatMap(({ variant, cohorts }) =>
      cohorts.flatMap((cohort) => pick(cohort, { scenario, variant, cohort: cohort.name })),
    );
  return [
    counter(
      'certstorm_arrivals',
      'Attempts by what became of their schedule.',
      totals.flatMap(({ variant, started, finished, missedArrivals }) =>
        Object.entries({ started, missed: missedArrivals, finished }).map(([state, value]) => ({
          labels: { scenario, variant, state },
          value,
        })),
      ),
    ),
    counter(
      'certstorm_attempts',
      'Attempts that were started.',
      each(({ expected, started }, labels) => [{ labels: { ...labels, expected }, value: started }]),
    ),
    counter(
      'certstorm_outcomes',
      'Attempts by how they ended.',
      each(({ outcomes }, labels) =>
        Object.entries(outcomes).map(([kind, value]) => ({ labels: { ...labels, kind }, value })),
      ),
    ),
    ...falseVerdicts(each),
    summary(
      'certstorm_service_time_seconds',
      'Time until the target had decided, from the actual start; quantiles of the latest round.',
      each(({ latency }, labels) =>
        Object.entries(latency).flatMap(([phase, { count, sumMs, p50Ms, p99Ms }]) => [
          { labels: { ...labels, phase, quantile: '0.5' }, value: p50Ms / 1000 },
          { labels: { ...labels, phase, quantile: '0.99' }, value: p99Ms / 1000 },
          { suffix: '_sum', labels: { ...labels, phase }, value: sumMs / 1000 },
          { suffix: '_count', labels: { ...labels, phase }, value: count },
        ]),
      ),
    ),
  ];
}
