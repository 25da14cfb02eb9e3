import type { CohortResult, Latency, Result, VariantResult } from '../result/index.ts';
import type { ReportFormat } from './format.ts';
import { neutralise } from './words/text.ts';

/**
 * OpenMetrics 1.0 text, for a Pushgateway or the textfile collector: base units (seconds, bytes, ratios), counters end in `_total`, and
 * the text ends in `# EOF`.
 */
export const openMetricsFormat: ReportFormat = { format: 'openmetrics', fileName: 'metrics.prom', render };

type Labels = Readonly<Record<string, string>>;
type Sample = { suffix?: string; labels: Labels; value: number };
type Family = {
  name: string;
  type: 'gauge' | 'counter' | 'summary' | 'info';
  unit?: string;
  help: string;
  samples: Sample[];
};

function render(result: Result): string {
  return `${[...ofTheRun(result), ...ofVariants(result), ...ofCohorts(result)]
    .filter(({ samples }) => samples.length > 0)
    .map(renderFamily)
    .join('')}# EOF\n`;
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
    counter(
      'certstorm_false_accepts',
      'Attempts let in that should not have been.',
      each(({ falseAccepts }, labels) => [{ labels, value: falseAccepts }]),
    ),
    counter(
      'certstorm_false_rejects',
      'Attempts turned away against the expectation.',
      each(({ falseRejects }, labels) => [{ labels, value: falseRejects }]),
    ),
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

/** Two outcomes whose labels read the same would be one series told twice, which no parser takes: they are added up. */
function outcomeSamples({ outcomes }: CohortResult, labels: Labels): Sample[] {
  const merged = new Map<string, Sample>();
  for (const { kind, detail, count } of outcomes) {
    const sample = { labels: { ...labels, kind, detail }, value: count };
    const key = renderLabels(sample.labels);
    merged.set(key, { ...sample, value: (merged.get(key)?.value ?? 0) + count });
  }
  return [...merged.values()];
}

const phaseNames = [
  'tcpConnect',
  'tlsHandshake',
  'serverHello',
  'serverFinished',
  'authenticated',
  'rejected',
] as const;

function phases(latencies: Partial<Record<string, unknown>>, labels: Labels): Sample[] {
  return phaseNames.flatMap((phase) => {
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

function gauge(name: string, help: string, samples: Sample[], unit?: string): Family {
  return { name, type: 'gauge', help, samples, ...(unit === undefined ? {} : { unit }) };
}

function counter(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'counter', help, samples: samples.map((sample) => ({ ...sample, suffix: '_total' })) };
}

function summary(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'summary', unit: 'seconds', help, samples };
}

function info(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'info', help, samples };
}

function renderFamily({ name, type, unit, help, samples }: Family): string {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${renderLabels(labels)} ${value}`),
    '',
  ].join('\n');
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${labelValue(value)}"`);
  return `{${pairs.join(',')}}`;
}

/** A line feed, a quote or a backslash would end the value; other control characters are shown as symbols. */
function labelValue(value: string): string {
  return neutralise(value, 200).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
