import type { CohortResult, Result, VariantResult } from '../../result/index.ts';
import { meanInterval } from '../../stats/index.ts';
import { bounds, duration } from './numbers.ts';
import { figure, name, type Sentence, say } from './sentence.ts';

/** How long a client that should be let in waits; with several variants, in the fastest and the slowest of them. */
export function latencySentences({ variants }: Result): Sentence[] {
  const measured = variants.flatMap((variant) => {
    const cohort = mainCohort(variant);
    const latency = cohort?.latencyMs.authenticated;
    return cohort === undefined || latency === undefined ? [] : [{ variant, cohort, latency }];
  });
  const sorted = measured.toSorted((a, b) => a.latency.p50 - b.latency.p50);
  const fastest = sorted[0];
  const slowest = sorted.at(-1);
  if (fastest === undefined || slowest === undefined) return [];
  if (fastest === slowest)
    return [
      say(
        'plain',
      )`A ${name(fastest.cohort.name)} client has its CONNACK after ${figure(duration(fastest.latency.p50))} at the median${overRounds(
        fastest.variant,
        fastest.cohort.name,
      )}, and 1 in 100 waits ${figure(duration(fastest.latency.p99))} or longer.`,
    ];
  return [
    say(
      'plain',
    )`A ${name(fastest.cohort.name)} client has its CONNACK after ${figure(duration(fastest.latency.p50))} at the median in ${name(fastest.variant.name)}${overRounds(
      fastest.variant,
      fastest.cohort.name,
    )}, after ${figure(duration(slowest.latency.p50))} in ${name(slowest.variant.name)}${overRounds(slowest.variant, slowest.cohort.name)}.`,
  ];
}

/** The cohort to speak of: of those that should be let in, the one with most attempts. */
function mainCohort({ cohorts }: VariantResult): CohortResult | undefined {
  return cohorts
    .filter(({ expected, latencyMs }) => expected === 'accept' && latencyMs.authenticated !== undefined)
    .toSorted((a, b) => b.attempts - a.attempts)[0];
}

function overRounds(variant: VariantResult, cohortName: string): string {
  const medians = variant.rounds.flatMap(({ cohorts }) => {
    const latency = cohorts.find((cohort) => cohort.name === cohortName)?.latencyMs.authenticated;
    return latency === undefined ? [] : [latency.p50];
  });
  const interval = meanInterval(medians);
  return interval === null ? '' : ` (mean of ${medians.length} rounds, ${bounds(interval, duration)})`;
}
