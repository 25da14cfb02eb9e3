import { latencyNames, type RoundResult, type VariantResult } from '../result/schema.ts';
import { findMetric, type Metric, type MetricUnit } from './metrics.ts';
import { nearestName } from './nearest-name.ts';

/** A figure that every round has one of, so that rounds can be compared. All of them are worse when they are larger. */
export type RoundMetric = { name: string; unit: MetricUnit; read(round: RoundResult): number | undefined };

export type RoundFigure = { round: number; value: number };

const ofTheRun: readonly RoundMetric[] = [
  { name: 'target.cpuMsPerAttempt', unit: 'ms', read: ({ target }) => target.cpuMsPerAttempt },
  { name: 'target.rssPeakMiB', unit: 'MiB', read: rssPeakMiB },
  ...(['p50', 'p99', 'max'] as const).map(
    (stat): RoundMetric => ({
      name: `target.eventLoopDelay.${stat}`,
      unit: 'ms',
      read: ({ target }) => target.eventLoopDelayMs?.[stat],
    }),
  ),
  { name: 'generator.cpuMsPerAttempt', unit: 'ms', read: ({ generator }) => generator.cpuMsPerAttempt },
];

const stats = ['mean', 'p50', 'p90', 'p99'] as const;

/** Every metric that rounds of these cohorts can be compared by. */
export function roundMetricNames(cohorts: readonly string[]): string[] {
  return [
    ...ofTheRun.map(({ name }) => name),
    ...cohorts.flatMap((cohort) =>
      latencyNames.flatMap((phase) => stats.map((stat) => `${cohort}.${phase}.${stat}`)),
    ),
  ];
}

/** For the scenario's validation: undefined when rounds of these cohorts have such a figure. */
export function checkRoundMetric(
  name: string,
  cohorts: readonly string[],
): { expected: string; nearest?: string } | undefined {
  const known = roundMetricNames(cohorts);
  const found = findRoundMetric(name);
  if (found !== undefined && known.includes(found.name)) return undefined;
  const nearest = nearestName(name, known);
  const expected = `a figure of a single round: ${ofTheRun.map((each) => each.name).join(', ')} or COHORT.PHASE.STAT such as ${cohorts[0] ?? 'good'}.authenticated.p50`;
  return { expected, ...(nearest === undefined ? {} : { nearest }) };
}

/** The metric of that name, whether or not a result has the cohort; undefined when rounds have no such figure. */
export function findRoundMetric(name: string): RoundMetric | undefined {
  const metric: Metric | undefined = findMetric(name);
  if (metric === undefined) return undefined;
  const known = ofTheRun.find((each) => each.name === metric.name);
  if (known !== undefined) return known;
  const [cohort, phaseName, statName, ...more] = metric.name.split('.');
  const phase = latencyNames.find((each) => each === phaseName);
  const stat = stats.find((each) => each === statName);
  if (phase === undefined || stat === undefined || more.length > 0) return undefined;
  return {
    name: metric.name,
    unit: metric.unit,
    read: ({ cohorts }) => {
      const latency = cohorts.find((each) => each.name === cohort)?.latencyMs[phase];
      return latency === undefined || latency.count === 0 ? undefined : latency[stat];
    },
  };
}

/**
 * The metric in every round that ran to its end, in the order of rounds; over the same round's of `reference`, if there is one. A round
 * that was cut short has not measured the same thing; no round is left out for what it measured.
 */
export function roundFigures(
  variant: VariantResult,
  metric: RoundMetric,
  reference?: VariantResult,
): RoundFigure[] {
  const figures = wholeFigures(variant, metric);
  if (reference === undefined) return figures;
  const beside = new Map(wholeFigures(reference, metric).map(({ round, value }) => [round, value]));
  return figures.flatMap(({ round, value }) => {
    const unit = beside.get(round);
    return unit === undefined ? [] : [{ round, value: value / unit }];
  });
}

function wholeFigures({ rounds }: VariantResult, metric: RoundMetric): RoundFigure[] {
  return rounds.flatMap((round) => {
    const value = round.complete ? metric.read(round) : undefined;
    return value === undefined || !(value > 0) ? [] : [{ round: round.index, value }];
  });
}

function rssPeakMiB({ timeline }: RoundResult): number | undefined {
  const samples = timeline.target?.rssMiB ?? [];
  return samples.length === 0 ? undefined : Math.max(...samples);
}
