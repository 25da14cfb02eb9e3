import { latencyBoundsMs } from '../metrics/latency-bins.ts';
import type { Recording } from '../metrics/recording.ts';
import type { RoundResult } from '../result/schema.ts';
import type { CohortPlan } from '../scenario/plan.ts';

/** Latencies by the time of a round, written short: most bins of most slices are empty. */
export function latencyOverTime(
  { cohorts }: Recording['timeline'],
  plans: readonly CohortPlan[],
): RoundResult['timeline']['latency'] {
  return {
    boundsMs: [...latencyBoundsMs],
    cohorts: plans.map(({ name }, index) => ({
      name,
      counts: (cohorts[index]?.latency ?? []).map(written).join(';'),
    })),
  };
}

function written(bins: readonly number[]): string {
  return bins.flatMap((count, bin) => (count > 0 ? [`${bin}:${count}`] : [])).join(' ');
}
