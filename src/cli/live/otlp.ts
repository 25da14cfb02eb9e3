import type { Attributes, Meter, Observable } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { LiveRun } from '../../report/live/live-run.ts';
import { neutralise } from '../../report/words/text.ts';
import type { Outlet } from './outlet.ts';

const everyMs = 2_000;
/** Also what a run waits at its end, at most, for the last figures to arrive. */
const timeoutMs = 2_000;
const pathOfMetrics = '/v1/metrics';

/**
 * Sends the run's figures to a collector, as OTLP over HTTP (JSON), from the conductor's thread. A collector that can't be reached is told
 * of through `warn`, once and in the end, and fails nothing. Headers come from OTEL_EXPORTER_OTLP_HEADERS, as everywhere.
 */
export async function exportToOtlp(
  address: string,
  read: () => LiveRun,
  warn: (sentence: string) => void,
): Promise<Outlet> {
  const [
    { MeterProvider, PeriodicExportingMetricReader },
    { OTLPMetricExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const url = metricsUrl(address);
  const where = `${url.origin}${url.pathname}`;
  const exporter = new OTLPMetricExporter({ url: url.href, timeoutMillis: timeoutMs });
  const sent = countFailures(exporter, (reason) =>
    warn(`OTLP: ${where} does not take the figures (${neutralise(reason, 200)}); the run goes on without`),
  );
  const { scenario, seed, certstorm } = read();
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': 'certstorm',
      'service.version': text(certstorm),
      'certstorm.scenario': text(scenario),
      'certstorm.seed': seed,
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: sent.exporter,
        exportIntervalMillis: everyMs,
        exportTimeoutMillis: timeoutMs,
      }),
    ],
  });
  observe(provider.getMeter('certstorm'), read);
  return {
    where,
    changed: () => undefined,
    end: async () => {
      // What failed has been counted, and is told below.
      await provider.shutdown({ timeoutMillis: timeoutMs + 500 }).catch(() => undefined);
      const { batches, failures } = sent.counts();
      if (failures > 0) warn(`OTLP: ${failures} of ${batches} batches did not arrive at ${where}`);
    },
  };
}

/** The address of a collector, or of its metrics; throws TypeError for what is no URL. */
export function metricsUrl(address: string): URL {
  const url = new URL(address);
  if (url.pathname === '/' || url.pathname === '') url.pathname = pathOfMetrics;
  return url;
}

function countFailures(
  exporter: PushMetricExporter,
  onFirst: (reason: string) => void,
): { exporter: PushMetricExporter; counts(): { batches: number; failures: number } } {
  let batches = 0;
  let failures = 0;
  const counting = Object.create(exporter) as PushMetricExporter;
  counting.export = (metrics, done) => {
    batches++;
    exporter.export(metrics, (result: ExportResult) => {
      // 0 is SUCCESS.
      if (result.code !== 0 && failures++ === 0) onFirst(result.error?.message ?? 'no reason was given');
      done(result);
    });
  };
  return { exporter: counting, counts: () => ({ batches, failures }) };
}

/** Strings as strangers chose them, without what would break a line or a terminal that shows them. */
function text(value: string): string {
  return neutralise(value, 200);
}

type Reading = { value: number; attributes: Attributes };

/** Names and units as OpenTelemetry's conventions have them: UCUM units, dots between words. */
function observe(meter: Meter, read: () => LiveRun): void {
  const instruments: { instrument: Observable; readings: (run: LiveRun) => Reading[] }[] = [
    {
      instrument: meter.createObservableCounter('certstorm.attempts', {
        description: 'Attempts that were started.',
        unit: '{attempt}',
      }),
      readings: (run) => ofCohorts(run, ({ started }) => [{ value: started, attributes: {} }]),
    },
    {
      instrument: meter.createObservableCounter('certstorm.outcomes', {
        description: 'Attempts by how they ended.',
        unit: '{attempt}',
      }),
      readings: (run) =>
        ofCohorts(run, ({ outcomes }) =>
          Object.entries(outcomes).map(([kind, value]) => ({
            value,
            attributes: { 'certstorm.outcome': kind },
          })),
        ),
    },
    {
      instrument: meter.createObservableCounter('certstorm.false_verdicts', {
        description: 'Attempts let in that should not have been, or turned away that should not have been.',
        unit: '{attempt}',
      }),
      readings: (run) =>
        ofCohorts(run, ({ falseAccepts, falseRejects }) => [
          { value: falseAccepts, attributes: { 'certstorm.verdict': 'false accept' } },
          { value: falseRejects, attributes: { 'certstorm.verdict': 'false reject' } },
        ]),
    },
    {
      instrument: meter.createObservableCounter('certstorm.arrivals.missed', {
        description: 'Arrivals that were not started.',
        unit: '{attempt}',
      }),
      readings: ({ totals }) =>
        totals.map(({ variant, missedArrivals }) => ({
          value: missedArrivals,
          attributes: { 'certstorm.variant': text(variant) },
        })),
    },
    {
      instrument: meter.createObservableGauge('certstorm.service_time', {
        description: 'Time until the target had decided, from the actual start; of the latest round.',
        unit: 's',
      }),
      readings: (run) =>
        ofCohorts(run, ({ latency }) =>
          Object.entries(latency).flatMap(([phase, { p50Ms, p99Ms }]) =>
            [[0.5, p50Ms] as const, [0.99, p99Ms] as const].map(([quantile, ms]) => ({
              value: ms / 1000,
              attributes: { 'certstorm.phase': phase, quantile },
            })),
          ),
        ),
    },
    ...ofTheRound.map(({ name, description, unit, pick }) => ({
      instrument: meter.createObservableGauge(name, { description, unit }),
      readings: ({ round }: LiveRun): Reading[] => {
        const value = round === null ? null : pick(round);
        return round === null || value === null
          ? []
          : [{ value, attributes: { 'certstorm.variant': text(round.variant) } }];
      },
    })),
  ];
  meter.addBatchObservableCallback(
    (result) => {
      const run = read();
      for (const { instrument, readings } of instruments)
        for (const { value, attributes } of readings(run)) result.observe(instrument, value, attributes);
    },
    instruments.map(({ instrument }) => instrument),
  );
}

type Round = NonNullable<LiveRun['round']>;

const ofTheRound: readonly {
  name: string;
  description: string;
  unit: string;
  pick(round: Round): number | null;
}[] = [
  {
    name: 'certstorm.rate.asked',
    description: 'Attempts a second that the schedule asks for.',
    unit: '{attempt}/s',
    pick: ({ askedPerSecond }) => askedPerSecond,
  },
  {
    name: 'certstorm.rate.achieved',
    description: 'Attempts a second that were started.',
    unit: '{attempt}/s',
    pick: ({ achievedPerSecond }) => achievedPerSecond,
  },
  {
    name: 'certstorm.in_flight',
    description: 'Attempts under way.',
    unit: '{attempt}',
    pick: ({ inFlight }) => inFlight,
  },
  {
    name: 'certstorm.target.cpu',
    description: 'CPU that the target uses, in cores.',
    unit: '{core}',
    pick: ({ target: { corePercent } }) => (corePercent === null ? null : corePercent / 100),
  },
  {
    name: 'certstorm.target.memory',
    description: 'Resident set of the target.',
    unit: 'By',
    pick: ({ target: { rssMiB } }) => (rssMiB === null ? null : Math.round(rssMiB * 2 ** 20)),
  },
];

function ofCohorts(
  { totals }: LiveRun,
  pick: (cohort: LiveRun['totals'][number]['cohorts'][number]) => Reading[],
): Reading[] {
  return totals.flatMap(({ variant, cohorts }) =>
    cohorts.flatMap((cohort) =>
      pick(cohort).map(({ value, attributes }) => ({
        value,
        attributes: {
          'certstorm.variant': text(variant),
          'certstorm.cohort': text(cohort.name),
          ...attributes,
        },
      })),
    ),
  );
}
