import type { Result, VariantResult } from '../result/index.ts';
import { neutralise } from './words/text.ts';

/** A result and what it is called among others: the name of its folder or file. */
export type NamedResult = { name: string; result: Result };

/**
 * Several results as one that a single report can tell: each variant with the name of its result before it and as its label `run`. The
 * verdict is the worst of them. Rounds of different runs are not measured side by side, and the reasons say so.
 *
 * @throws RangeError for no result at all.
 */
export function combineResults(all: readonly NamedResult[]): Result {
  const [first] = all;
  if (first === undefined) throw new RangeError('there is no result to combine');
  if (all.length === 1) return first.result;
  const results = all.map(({ result }) => result);
  const machines = new Set(
    results.map(({ environment: { cpu, cores, openssl, runtime } }) =>
      JSON.stringify([cpu, cores, openssl, runtime]),
    ),
  );
  const failing = results
    .filter(({ verdict }) => verdict.exitCode !== 0)
    .toSorted((a, b) => a.verdict.exitCode - b.verdict.exitCode);
  const verdict = (failing[0] ?? first.result).verdict;
  const times = (pick: (result: Result) => string) => results.map(pick).toSorted();
  return {
    ...first.result,
    scenario: {
      ...first.result.scenario,
      name: [...new Set(results.map(({ scenario }) => scenario.name))].join(' + '),
      description: `${all.length} results in one report: ${all.map(({ name }) => neutralise(name, 60)).join(', ')}.`,
      variants: results.flatMap(({ scenario }, i) => plans(scenario.variants, all[i]?.name ?? '')),
    },
    valid: results.every(({ valid }) => valid),
    interrupted: results.some(({ interrupted }) => interrupted),
    invalidReasons: all.flatMap(({ name, result }) =>
      result.invalidReasons.map((reason) => `${name}: ${reason}`),
    ),
    startedAt: times(({ startedAt }) => startedAt)[0] ?? first.result.startedAt,
    finishedAt: times(({ finishedAt }) => finishedAt).at(-1) ?? first.result.finishedAt,
    variants: all.flatMap(({ name, result }) => result.variants.map((variant) => renamed(variant, name))),
    comparisons: all.flatMap(({ name, result }) =>
      result.comparisons.map((one) => ({
        ...one,
        baseline: `${name}: ${one.baseline}`,
        candidate: `${name}: ${one.candidate}`,
      })),
    ),
    thresholds: all.flatMap(({ name, result }) =>
      result.thresholds.map((one) => ({ ...one, variant: `${name}: ${one.variant}` })),
    ),
    verdict: {
      ...verdict,
      reasons: [
        ...all.flatMap(({ name, result }) => result.verdict.reasons.map((reason) => `${name}: ${reason}`)),
        'these are several runs, not measured side by side: what the machine did in between is in every difference',
        ...(machines.size > 1
          ? ['they come from different machines or runtimes, so their costs and times do not compare']
          : []),
      ],
    },
  };
}

function renamed(variant: VariantResult, run: string): VariantResult {
  return { ...variant, name: `${run}: ${variant.name}`, labels: { ...variant.labels, run } };
}

function plans(variants: unknown, run: string): unknown[] {
  if (!Array.isArray(variants)) return [];
  return variants.map((plan: unknown) =>
    typeof plan === 'object' && plan !== null && 'name' in plan
      ? { ...plan, name: `${run}: ${plan.name}` }
      : plan,
  );
}
