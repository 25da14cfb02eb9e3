import type { Result, VariantResult } from '../result/index.ts';
import { type ChangePoint, changePoints } from '../stats/index.ts';
import { byRound } from './findings/rounds.ts';

/** One figure of each run of a scenario's variant, oldest first. */
export type Series = {
  scenario: string;
  variant: string;
  metric: string;
  unit: string;
  /** Whether more of it is worse, as of all but rates. */
  moreIsWorse: boolean;
  runs: { startedAt: string; value: number; certstorm: string }[];
  changes: ChangePoint[];
};

const metrics: readonly {
  metric: string;
  unit: string;
  moreIsBetter?: true;
  read(variant: VariantResult): number | undefined;
}[] = [
  { metric: 'Broker CPU per attempt', unit: 'ms', read: ({ target }) => target.cpuMsPerAttempt },
  { metric: 'Good clients let in, p50', unit: 'ms', read: (variant) => good(variant)?.p50 },
  {
    metric: 'Good clients let in, p99',
    unit: 'ms',
    read: (variant) => ((good(variant)?.count ?? 0) >= 100 ? good(variant)?.p99 : undefined),
  },
  { metric: 'Broker RSS at most', unit: 'MiB', read: ({ target }) => target.rssPeakMiB },
  { metric: 'Attempts finished', unit: '/s', moreIsBetter: true, read: rate },
];

/** Every metric that two runs or more of a variant have, with the places where its level changed. Results may come in any order. */
export function historyOf(results: readonly Result[]): Series[] {
  const ordered = results.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  const groups = new Map<string, { result: Result; variant: VariantResult }[]>();
  for (const result of ordered)
    for (const variant of result.variants) {
      if (variant.accounting.finished === 0) continue;
      const key = JSON.stringify([result.scenario.name, variant.name]);
      groups.set(key, [...(groups.get(key) ?? []), { result, variant }]);
    }
  return [...groups.values()].flatMap((runs) =>
    metrics.flatMap(({ metric, unit, moreIsBetter, read }): Series[] => {
      const told = runs.flatMap(({ result, variant }) => {
        const value = read(variant);
        return value === undefined
          ? []
          : [{ startedAt: result.startedAt, value, certstorm: result.environment.certstorm }];
      });
      const [first] = runs;
      if (told.length < 2 || first === undefined) return [];
      const changes = changePoints(told.map(({ value }) => value));
      return [
        {
          scenario: first.result.scenario.name,
          variant: first.variant.name,
          metric,
          unit,
          moreIsWorse: moreIsBetter !== true,
          runs: told,
          changes,
        },
      ];
    }),
  );
}

function good({ cohorts }: VariantResult) {
  return cohorts.find(
    ({ expected, latencyMs }) => expected === 'accept' && latencyMs.authenticated !== undefined,
  )?.latencyMs.authenticated;
}

function rate(variant: VariantResult): number | undefined {
  const rates = byRound(variant, ({ accounting, elapsedMs }) =>
    elapsedMs > 0 ? (1000 * accounting.finished) / elapsedMs : undefined,
  );
  return rates.length === 0 ? undefined : rates.reduce((a, b) => a + b, 0) / rates.length;
}
