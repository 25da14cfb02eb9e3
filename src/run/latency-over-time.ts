import { latencyBoundsMs } from '../metrics/latency-bins.ts';
import type { Recording } from '../metrics/recording.ts';
import type { RoundResult } from '../result/schema.ts';
import type { CohortPlan } from '../scenario/plan.ts';

type OverTime = NonNullable<RoundResult['timeline']['latency']>;

/** Latencies by the time of a round, written short: most bins of most slices are empty. */
export function latencyOverTime({ cohorts }: Recording['timeline'], plans: readonly CohortPlan[]): OverTime {
  return overTime(plans.map(({ name }, index) => ({ name, slices: cohorts[index]?.latency ?? [] })));
}

/** The same of PUBLISH to PUBACK; undefined where nothing was acknowledged. */
export function publishOverTime(
  { cohorts }: Recording['timeline'],
  plans: readonly CohortPlan[],
): OverTime | undefined {
  const published = plans
    .map(({ name }, index) => ({ name, slices: cohorts[index]?.publish ?? [] }))
    .filter(({ slices }) => slices.length > 0);
  return published.length === 0 ? undefined : overTime(published);
}

function overTime(cohorts: readonly { name: string; slices: readonly number[][] }[]): OverTime {
  return {
    boundsMs: [...latencyBoundsMs],
    cohorts: cohorts.map(({ name, slices }) => ({ name, counts: slices.map(written).join(';') })),
  };
}

function written(bins: readonly number[]): string {
  return bins.flatMap((count, bin) => (count > 0 ? [`${bin}:${count}`] : [])).join(' ');
}
