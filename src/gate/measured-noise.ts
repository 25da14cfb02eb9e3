import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { Result, VariantResult } from '../result/schema.ts';
import { trimmedMean } from '../stats/index.ts';
import type { CompareSettings } from './compare-settings.ts';
import { baselineKey } from './fit.ts';
import type { MetricNoise, Noise } from './noise.ts';
import { findRoundMetric, roundFigures } from './round-figures.ts';

/**
 * What runs of one and the same scenario differ by, from several of them: for each metric the spread of their means beyond what their
 * rounds explain. Over the reference variant where the settings name one. Throws RangeError for fewer than two results.
 */
export function measuredNoise(results: readonly Result[], settings: CompareSettings): Noise {
  const [first] = results;
  if (first === undefined || results.length < 2) throw new RangeError('noise between runs takes two of them');
  const { scenario, machine, runtime } = baselineKey(first);
  const reference = settings.reference ?? null;
  const metrics = [...settings.gate, ...settings.also];
  return {
    schema: 'certstorm/noise@1',
    scenario,
    machine,
    runtime,
    measuredAt: first.startedAt,
    reference,
    runs: results.length,
    rounds: Math.max(...first.variants.map(({ rounds }) => rounds.length)),
    variants: first.variants
      .filter(({ name }) => name !== reference)
      .map(({ name }) => ({
        name,
        metrics: Object.fromEntries(
          metrics.flatMap((metric) => {
            const noise = noiseOfMetric(results, name, metric, reference);
            return noise === null ? [] : [[metric, noise]];
          }),
        ),
      })),
  };
}

function noiseOfMetric(
  results: readonly Result[],
  variant: string,
  name: string,
  reference: string | null,
): MetricNoise | null {
  const metric = findRoundMetric(name);
  if (metric === undefined) return null;
  const named = (result: Result, wanted: string | null): VariantResult | undefined =>
    result.variants.find((candidate) => candidate.name === wanted);
  const runs = results.flatMap((result) => {
    const measured = named(result, variant);
    if (measured === undefined) return [];
    const logs = roundFigures(measured, metric, named(result, reference)).map(({ value }) => Math.log(value));
    const location = trimmedMean(logs);
    return location === null ? [] : [{ ...location, rounds: logs.length }];
  });
  if (runs.length < 2) return null;
  const spread = sampleStandardDeviation(runs.map(({ estimate }) => estimate)) ** 2;
  const explained = mean(runs.map(({ error }) => error ** 2));
  return {
    betweenRunsSd: Math.sqrt(Math.max(0, spread - explained)),
    roundSd: Math.sqrt(mean(runs.map(({ error, rounds }) => error ** 2 * rounds))),
    degrees: runs.length - 1,
  };
}
