import {
  type CohortResult,
  type Latency,
  latencyNames,
  responseNames,
  type VariantResult,
} from '../result/schema.ts';
import { sessionFamilies, sessionMetrics } from './session-metrics.ts';

/** What a metric counts in; empty for plain counts. */
export type MetricUnit = 'ms' | 'MiB' | '';

/** One figure of a variant that a threshold can be set on. */
export type Metric = {
  /** As a result names it: `good.authenticated.p99`. */
  name: string;
  unit: MetricUnit;
  /** null where the run gave no such figure. */
  read(variant: VariantResult): number | null;
};

/** What can stand behind a metric's first word, for the documentation. */
export type MetricFamily = { pattern: string; unit: MetricUnit; describe: string };

const stats = ['min', 'mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const;
const counts = ['attempts', 'falseAccepts', 'falseRejects', 'errors'] as const;
const lags = ['firstRefusal', 'lastAccept'] as const;
const spread = ['p50', 'p99', 'max'] as const;
const arrivals = ['scheduled', 'started', 'missedArrivals', 'finished', 'unfinished'] as const;

/** First words that belong to no cohort. */
export const metricScopes = ['all', 'target', 'generator', 'accounting', 'limit', 'breakingPoint'] as const;

export const metricFamilies: readonly MetricFamily[] = [
  {
    pattern: `COHORT.(${latencyNames.join('|')}).(${stats.join('|')})`,
    unit: 'ms',
    describe: 'Service time of a phase, from the actual start of the attempt.',
  },
  {
    pattern: `COHORT.response.(${responseNames.join('|')}).(${stats.join('|')})`,
    unit: 'ms',
    describe: 'Response time, from the scheduled start of the attempt; only in the open models.',
  },
  {
    pattern: `COHORT.(${counts.join('|')})`,
    unit: '',
    describe: 'Counts of a cohort over all rounds. `errors` ended without a decision of the broker.',
  },
  {
    pattern: `COHORT.lag.(${lags.join('|')})`,
    unit: 'ms',
    describe: 'From the revocation of a cohort in mid-round to its first refusal, and to its last accept.',
  },
  {
    pattern: 'COHORT.lag.acceptedAfter',
    unit: '',
    describe: 'Clients let in although they had been revoked by then, over all rounds.',
  },
  ...sessionFamilies,
  { pattern: `all.(${counts.join('|')})`, unit: '', describe: 'The same, summed over all cohorts.' },
  {
    pattern: 'target.(cpuMsPerAttempt|cpuUserMs|cpuSystemMs)',
    unit: 'ms',
    describe: "The broker's CPU time, per started attempt or in all.",
  },
  { pattern: 'target.rssPeakMiB', unit: 'MiB', describe: "The broker's highest resident set." },
  {
    pattern: `target.eventLoopDelay.(${spread.join('|')})`,
    unit: 'ms',
    describe: "Delay of the broker's event loop, where the broker tells it.",
  },
  {
    pattern: 'generator.(cpuMsPerAttempt|cpuUserMs|cpuSystemMs)',
    unit: 'ms',
    describe: "certstorm's own CPU time, per started attempt or in all.",
  },
  {
    pattern: `generator.(eventLoopLag|scheduleError).(${spread.join('|')})`,
    unit: 'ms',
    describe: 'How late the generator itself was: its event loop, and its starts against the schedule.',
  },
  {
    pattern: 'limit.rate',
    unit: '',
    describe:
      'Of `find-limit`: the highest rate that met the objective, attempts a second; of several rounds the lowest.',
  },
  {
    pattern: 'breakingPoint.(keptUpTo|missedFrom)',
    unit: '',
    describe:
      'Bad clients a second: up to which rate of a flood the victims were served as they should be, and the next one that was tried.',
  },
  {
    pattern: `accounting.(${arrivals.join('|')})`,
    unit: '',
    describe: 'Where the arrivals went, over all rounds.',
  },
];

/** All metrics of a run with these cohorts. */
export function metricNames(cohorts: readonly string[]): string[] {
  return cohorts
    .flatMap((cohort) => cohortSuffixes.map((suffix) => `${cohort}.${suffix}`))
    .concat(runMetrics.map(({ name }) => name));
}

/**
 * The metric of that name, whether or not a run has the cohort. `p(99)` and `p(99.9)` are read as `p99` and `p999`, as k6 writes them.
 * Undefined when there is none.
 */
export function findMetric(name: string): Metric | undefined {
  const plain = canonicalName(name);
  const [first = '', ...rest] = plain.split('.');
  if (metricScopes.some((scope) => scope === first))
    return runMetrics.find((metric) => metric.name === plain);
  return /^[A-Za-z][\w-]*$/.test(first) ? cohortMetric(first, rest.join('.')) : undefined;
}

/** `good.authenticated.p(99.9)` → `good.authenticated.p999`. */
export function canonicalName(name: string): string {
  return name.replace(/\.p\(?(\d{2})(?:\.(\d))?\)?$/, '.p$1$2');
}

/** The cohort that a metric belongs to, or undefined when it belongs to the run. */
export function cohortOf(name: string): string | undefined {
  const [first = ''] = name.split('.');
  return metricScopes.some((scope) => scope === first) ? undefined : first;
}

const cohortSuffixes: readonly string[] = [
  ...latencyNames.flatMap((phase) => stats.map((stat) => `${phase}.${stat}`)),
  ...responseNames.flatMap((phase) => stats.map((stat) => `response.${phase}.${stat}`)),
  ...counts,
  ...lags.map((lag) => `lag.${lag}`),
  'lag.acceptedAfter',
  ...sessionMetrics.map(({ suffix }) => suffix),
];

function cohortMetric(cohort: string, suffix: string): Metric | undefined {
  if (!cohortSuffixes.includes(suffix)) return undefined;
  const parts = suffix.split('.');
  if (parts[0] === 'lag') return lagMetric(cohort, suffix);
  const session = sessionMetrics.find((known) => known.suffix === suffix);
  if (session !== undefined) {
    return {
      name: `${cohort}.${suffix}`,
      unit: session.unit,
      read(variant) {
        const result = measured(variant)?.cohorts.find(({ name }) => name === cohort);
        return result === undefined ? null : session.read(result);
      },
    };
  }
  const count = counts.find((known) => known === suffix);
  const stat = stats.find((known) => known === parts.at(-1));
  return {
    name: `${cohort}.${suffix}`,
    unit: count === undefined ? 'ms' : '',
    read(variant) {
      const result = measured(variant)?.cohorts.find(({ name }) => name === cohort);
      if (result === undefined) return null;
      if (count !== undefined) return readCount(count, [result]);
      const latency = latencyOf(result, parts);
      return stat === undefined || latency === undefined || latency.count === 0 ? null : latency[stat];
    },
  };
}

function lagMetric(cohort: string, suffix: string): Metric {
  const lag = lags.find((known) => suffix === `lag.${known}`);
  return {
    name: `${cohort}.${suffix}`,
    unit: lag === undefined ? '' : 'ms',
    read(variant) {
      const told = measured(variant)?.cohorts.find(({ name }) => name === cohort)?.lag;
      if (told === undefined) return null;
      if (lag === undefined) return told.acceptedAfter ?? null;
      // None let in after it: the last accept was not after the revocation at all.
      return (lag === 'firstRefusal' ? told.firstRefusalMs : (told.lastAcceptMs ?? 0)) ?? null;
    },
  };
}

function latencyOf(cohort: CohortResult, parts: readonly string[]): Latency | undefined {
  const [first] = parts;
  if (first === 'response') {
    const phase = responseNames.find((known) => known === parts[1]);
    return phase === undefined ? undefined : cohort.responseMs[phase];
  }
  const phase = latencyNames.find((known) => known === first);
  return phase === undefined ? undefined : cohort.latencyMs[phase];
}

/** "No false accepts" says nothing where nobody tried: without attempts there is no such figure. */
function readCount(count: (typeof counts)[number], cohorts: readonly CohortResult[]): number | null {
  const sum = (field: (typeof counts)[number]) =>
    cohorts.reduce((before, cohort) => before + cohort[field], 0);
  return count !== 'attempts' && sum('attempts') === 0 ? null : sum(count);
}

const runMetrics: readonly Metric[] = [
  ...counts.map((count) => runMetric(`all.${count}`, '', ({ cohorts }) => readCount(count, cohorts))),
  ...(['cpuMsPerAttempt', 'cpuUserMs', 'cpuSystemMs'] as const).flatMap((figure) => [
    runMetric(`target.${figure}`, 'ms', ({ target }) => target[figure]),
    runMetric(`generator.${figure}`, 'ms', ({ generator }) => generator[figure]),
  ]),
  runMetric('target.rssPeakMiB', 'MiB', ({ target }) => target.rssPeakMiB),
  ...spread.flatMap((stat) => [
    runMetric(`target.eventLoopDelay.${stat}`, 'ms', ({ target }) => target.eventLoopDelayMs?.[stat]),
    runMetric(`generator.eventLoopLag.${stat}`, 'ms', ({ generator }) => generator.eventLoopLagMs?.[stat]),
    runMetric(`generator.scheduleError.${stat}`, 'ms', ({ generator }) => generator.scheduleErrorMs?.[stat]),
  ]),
  runMetric('limit.rate', '', limitRate),
  ...(['keptUpTo', 'missedFrom'] as const).map((bound) =>
    runMetric(`breakingPoint.${bound}`, '', ({ breakingPoint }) => breakingPoint?.[bound]),
  ),
  ...arrivals.map((field) => runMetric(`accounting.${field}`, '', ({ accounting }) => accounting[field])),
];

function limitRate({ rounds }: VariantResult): number | null {
  const found = rounds.flatMap(({ limit }) => (limit === undefined ? [] : [limit.low]));
  return found.length === 0 ? null : Math.min(...found);
}

function runMetric(
  name: string,
  unit: MetricUnit,
  read: (variant: VariantResult) => number | null | undefined,
): Metric {
  return {
    name,
    unit,
    read(variant) {
      const found = measured(variant);
      return found === undefined ? null : (read(found) ?? null);
    },
  };
}

/** A variant of which no round could be measured has zeros where figures would be, and zeros must not pass a threshold. */
function measured(variant: VariantResult): VariantResult | undefined {
  return variant.failure === undefined && variant.rounds.length > 0 ? variant : undefined;
}
