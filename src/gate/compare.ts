import type { Comparison, Result, VariantResult } from '../result/schema.ts';
import {
  alpha,
  type Effect,
  effectP,
  holmConfidences,
  pairedEffect,
  type RunNoise,
  ratioInterval,
  ratioVerdict,
  roundsForVerdict,
  twoSidedT,
  unpairedEffect,
} from '../stats/index.ts';
import { assumedRunNoise } from './assumed-noise.ts';
import type { CompareSettings } from './compare-settings.ts';
import { type MetricNoise, type Noise, noiseOf } from './noise.ts';
import { findRoundMetric, type RoundMetric, roundFigures } from './round-figures.ts';

/** One side of a comparison, by the name that the comparison shall have for it. */
export type Side = { name: string; variant: VariantResult };

export type Circumstances = {
  settings: CompareSettings;
  /** Wrong differences that are put up with, a comparison: 0.01, or less where it is looked more than once. */
  level?: number;
  /** Rounds of one run, measured side by side. */
  paired: boolean;
  /** Of this scenario on this machine, where it has been measured; for rounds of different runs. */
  noise?: Noise | null;
  /** The variant that stands for the machine, in both results. */
  reference?: { baseline: VariantResult; candidate: VariantResult };
  /** The baseline's machine is another: what the candidate's should need, times this, give or take. */
  otherMachine?: { factor: number; noise: RunNoise };
};

type Measured = {
  metric: RoundMetric;
  gated: boolean;
  effect: Effect;
  counts: [number, number];
  noise: RunNoise;
};

/**
 * Compares two variants in every metric that the settings name and both have: gated ones first. Holm's procedure corrects the gated
 * metrics as one family and the others as another, so that what is only told makes the gate no weaker.
 */
export function compareSides(baseline: Side, candidate: Side, circumstances: Circumstances): Comparison[] {
  const { settings } = circumstances;
  return [settings.gate, settings.also].flatMap((names, index) => {
    const family = names.flatMap((name) => measure(name, index === 0, baseline, candidate, circumstances));
    const confidences = holmConfidences(
      family.map(({ effect }) => effectP(effect)),
      circumstances.level ?? alpha,
    );
    return family.map((measured, member) =>
      describe(measured, confidences[member] ?? 1 - alpha, family.length, baseline, candidate, circumstances),
    );
  });
}

function measure(
  name: string,
  gated: boolean,
  baseline: Side,
  candidate: Side,
  { paired, noise, otherMachine, reference }: Circumstances,
): Measured[] {
  const metric = findRoundMetric(name);
  if (metric === undefined) return [];
  const before = roundFigures(baseline.variant, metric, reference?.baseline);
  const after = roundFigures(candidate.variant, metric, reference?.candidate);
  if (paired) {
    const byRound = new Map(before.map(({ round, value }) => [round, value]));
    const pairs = after.flatMap(({ round, value }) => {
      const beside = byRound.get(round);
      return beside === undefined ? [] : [[beside, value] as const];
    });
    const effect = pairedEffect(
      pairs.map(([one]) => one),
      pairs.map(([, other]) => other),
    );
    const none = { sd: 0, degrees: 1 };
    return effect === null
      ? []
      : [{ metric, gated, effect, counts: [pairs.length, pairs.length], noise: none }];
  }
  const recorded = noiseOf(noise ?? null, candidate.variant.name, metric.name, reference?.candidate.name);
  const runs =
    recorded === undefined
      ? assumedRunNoise(
          [before, after].map((figures) => figures.map(({ value }) => value)),
          reference !== undefined,
        )
      : { sd: recorded.betweenRunsSd, degrees: recorded.degrees };
  const total = otherMachine === undefined ? runs : addNoise(runs, otherMachine.noise);
  const factor = otherMachine !== undefined && metric.unit === 'ms' ? otherMachine.factor : 1;
  const effect = unpairedEffect(
    before.map(({ value }) => value * factor),
    after.map(({ value }) => value),
    total,
  );
  return effect === null
    ? []
    : [{ metric, gated, effect, counts: [before.length, after.length], noise: total }];
}

function describe(
  { metric, gated, effect, counts, noise }: Measured,
  confidence: number,
  family: number,
  baseline: Side,
  candidate: Side,
  { settings, paired, noise: recorded, otherMachine, reference, level }: Circumstances,
): Comparison {
  const ofMetric = noiseOf(recorded ?? null, candidate.variant.name, metric.name, reference?.candidate.name);
  const asked = settings.tolerances[metric.name] ?? settings.tolerance;
  const tolerance = paired ? asked : Math.max(asked, noiseTolerance(ofMetric));
  const interval = ratioInterval(effect, confidence);
  const verdict = ratioVerdict(interval, tolerance);
  return {
    metric: metric.name,
    baseline: baseline.name,
    candidate: candidate.name,
    ratio: interval.estimate,
    low: interval.low,
    high: interval.high,
    confidence,
    verdict,
    unit: metric.unit,
    gated,
    tolerance,
    ...(tolerance > asked ? { toleranceAsked: asked } : {}),
    pValue: effectP(effect),
    correction: `Holm over ${family} ${gated ? 'gated' : 'other'} metric${family === 1 ? '' : 's'}${level === undefined ? '' : ', the level shared by all looks'}`,
    method: paired
      ? 'trimmed mean of the log ratios of rounds measured side by side'
      : `difference of trimmed means of the logs of rounds${reference === undefined ? '' : ', each over the reference beside it'}, with the noise between runs`,
    paired,
    rounds: { baseline: counts[0], candidate: counts[1] },
    roundSd: effect.perRound.error * Math.sqrt(effect.rounds),
    ...(paired
      ? {}
      : {
          betweenRunsSd: noise.sd,
          betweenRunsSource: ofMetric === undefined ? 'assumed' : 'recorded',
        }),
    ...(reference === undefined ? {} : { reference: reference.candidate.name }),
    ...(otherMachine === undefined ? {} : { normalisedBy: metric.unit === 'ms' ? otherMachine.factor : 1 }),
    roundsToDecide: roundsForVerdict(effect, tolerance, confidence),
    differs: differences(baseline.variant, candidate.variant),
  };
}

/**
 * A metric that swings by itself has a tolerance of its own: what two runs of the same thing stay within 99 times in 100. The steadier
 * metric keeps the narrow one.
 */
function noiseTolerance(recorded: MetricNoise | undefined): number {
  if (recorded === undefined) return 0;
  return Math.expm1(twoSidedT(1e6, 1 - alpha) * Math.SQRT2 * recorded.betweenRunsSd);
}

function addNoise(one: RunNoise, other: RunNoise): RunNoise {
  return { sd: Math.hypot(one.sd, other.sd), degrees: Math.min(one.degrees, other.degrees) };
}

/** Labels that are not the same, with both values: what the comparison is about. */
function differences(baseline: VariantResult, candidate: VariantResult): Record<string, [unknown, unknown]> {
  const names = [...new Set([...Object.keys(baseline.labels), ...Object.keys(candidate.labels)])];
  return Object.fromEntries(
    names
      .filter((name) => baseline.labels[name] !== candidate.labels[name])
      .map((name) => [name, [baseline.labels[name] ?? null, candidate.labels[name] ?? null]]),
  );
}

/** The pairs that a run's own scenario asks to be compared, as far as both were measured. */
export function compareWithin(
  result: Pick<Result, 'scenario' | 'variants'>,
  circumstances: Omit<Circumstances, 'paired'>,
): Comparison[] {
  return pairsOf(result).flatMap(({ baseline, candidate }) => {
    const sides = [baseline, candidate].map((name) =>
      result.variants.find((variant) => variant.name === name),
    );
    const [one, other] = sides;
    if (one === undefined || other === undefined) return [];
    return compareSides(
      { name: one.name, variant: one },
      { name: other.name, variant: other },
      { ...circumstances, paired: true },
    );
  });
}

/** As the plan in the result has them. */
export function pairsOf({ scenario }: Pick<Result, 'scenario'>): { baseline: string; candidate: string }[] {
  const said: unknown = Reflect.get(scenario, 'compare');
  const pairs: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'pairs') : undefined;
  return Array.isArray(pairs) ? pairs : [];
}
