import {
  type CohortResult,
  type Latency,
  latencyNames,
  type Result,
  type VariantResult,
} from '../result/index.ts';
import { falseVerdicts } from './false-verdict-metrics.ts';
import type { ReportFormat } from './format.ts';
import {
  counter,
  type Family,
  gauge,
  info,
  type Labels,
  renderFamilies,
  type Sample,
  summary,
} from './openmetrics-text.ts';

/**
 * OpenMetrics 1.0 text, for a Pushgateway or the textfile collector: base units (seconds, bytes, ratios), counters end in `_total`, and
 * the text ends in `# EOF`.
 */
export const openMetricsFormat: ReportFormat = { format: 'openmetrics', fileName: 'metrics.prom', render };

function render(result: Result): string {
  return renderFamilies([...ofTheRun(result), ...ofVariants(result), ...ofCohorts(result)]);
}

function ofTheRun(result: Result): Family[] {
  const scenario = { scenario: result.scenario.name };
  const { certstorm, runtime, openssl } = result.environment;
  const one = (value: number, labels: Labels = {}): Sample[] => [
    { labels: { ...scenario, ...labels }, value },
  ];
  return [
    info('certstorm_run', 'What was run and with what.', [
      {
        suffix: '_info',
        labels: {
          ...scenario,
          certstorm,
          runtime,
          openssl,
          verdict: result.verdict.word,
          seed: String(result.seed),
        },
        value: 1,
      },
    ]),
    gauge('certstorm_exit_code', 'Exit code of the run, 0 when all is good.', one(result.verdict.exitCode)),
    gauge('certstorm_valid', '1 when the measurement is valid.', one(result.valid ? 1 : 0)),
    gauge(
      'certstorm_interrupted',
      '1 when the run was stopped before its end.',
      one(result.interrupted ? 1 : 0),
    ),
    gauge(
      'certstorm_threshold_passed',
      '1 for a threshold that was kept.',
      result.thresholds.map(({ expression, variant, passed }) => ({
        labels: { ...scenario, variant, threshold: expression },
        value: passed ? 1 : 0,
      })),
    ),
  ];
}

function ofVariants(result: Result): Family[] {
  const each = (
    pick: (variant: VariantResult) => { labels?: Labels; value: number | undefined }[],
  ): Sample[] =>
    result.variants.flatMap((variant) =>
      pick(variant).flatMap(({ labels, value }) =>
        value === undefined
          ? []
          : [{ labels: { scenario: result.scenario.name, variant: variant.name, ...labels }, value }],
      ),
    );
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  return [
    counter('certstorm_arrivals', 'Attempts by what became of their schedule.', each(arrivals)),
    gauge(
      'certstorm_cpu_per_attempt_seconds',
      'CPU of a process per attempt.',
      each(({ target, generator }) => [
        { labels: { process: 'target' }, value: seconds(target.cpuMsPerAttempt) },
        { labels: { process: 'generator' }, value: seconds(generator.cpuMsPerAttempt) },
      ]),
      'seconds',
    ),
    gauge(
      'certstorm_target_rss_peak_bytes',
      'Highest resident set of the target.',
      each(({ target: { rssPeakMiB: peak } }) => [
        { value: peak === undefined ? undefined : peak * 2 ** 20 },
      ]),
      'bytes',
    ),
    gauge(
      'certstorm_schedule_error_seconds',
      'Actual minus scheduled start, by quantile.',
      each(({ generator: { scheduleErrorMs: error } }) => [
        { labels: { quantile: '0.5' }, value: seconds(error?.p50) },
        { labels: { quantile: '0.99' }, value: seconds(error?.p99) },
      ]),
      'seconds',
    ),
  ];
}

function arrivals({ accounting: { started, missedArrivals, finished, unfinished } }: VariantResult) {
  return Object.entries({ started, missed: missedArrivals, finished, unfinished }).map(([state, value]) => ({
    labels: { state },
    value,
  }));
}

function ofCohorts(result: Result): Family[] {
  const each = (pick: (cohort: CohortResult, labels: Labels) => Sample[]): Sample[] =>
    result.variants.flatMap(({ name: variant, cohorts }) =>
      cohorts.flatMap((cohort) =>
        pick(cohort, { scenario: result.scenario.name, variant, cohort: cohort.name }),
      ),
    );
  return [
    counter(
      'certstorm_attempts',
      'Attempts that were started.',
      each(({ attempts, expected }, labels) => [{ labels: { ...labels, expected }, value: attempts }]),
    ),
    counter('certstorm_outcomes', 'Attempts by how they ended.', each(outcomeSamples)),
    ...falseVerdicts(each),
    summary(
      'certstorm_service_time_seconds',
      'Time of a phase from the actual start.',
      each(({ latencyMs }, labels) => phases(latencyMs, labels)),
    ),
    summary(
      'certstorm_response_time_seconds',
      'Time of a phase from the scheduled start.',
      each(({ responseMs }, labels) => phases(responseMs, labels)),
    ),
  ];
}

function outcomeSamples({ outcomes }: CohortResult, labels: Labels): Sample[] {
  return outcomes.map(({ kind, detail, count }) => ({ labels: { ...labels, kind, detail }, value: count }));
}

function phases(latencies: Partial<Record<string, unknown>>, labels: Labels): Sample[] {
  return latencyNames.flatMap((phase) => {
    const latency = latencies[phase];
    return isLatency(latency) ? quantiles(latency, { ...labels, phase }) : [];
  });
}

function isLatency(value: unknown): value is Latency {
  return typeof value === 'object' && value !== null && 'p999' in value;
}

function quantiles({ count, mean, p50, p90, p99, p999 }: Latency, labels: Labels): Sample[] {
  return [
    ...Object.entries({ '0.5': p50, '0.9': p90, '0.99': p99, '0.999': p999 }).map(([quantile, ms]) => ({
      labels: { ...labels, quantile },
      value: ms / 1000,
    })),
    { suffix: '_sum', labels, value: (mean * count) / 1000 },
    { suffix: '_count', labels, value: count },
  ];
}
