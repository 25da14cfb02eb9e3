import {
  type Comparison,
  type Result,
  type ThresholdResult,
  type VariantResult,
  wasLeftOut,
} from '../result/index.ts';
import { cohortVerdict, decided, outcomesSeen } from './words/cohort.ts';
import { comparisonSentence } from './words/comparison.ts';
import { neutralise } from './words/text.ts';

/** What a check is about, for formats that weigh findings. */
export type CheckKind = 'run' | 'cohort' | 'threshold' | 'comparison';

/**
 * Something that a run found to hold or not: what every CI format tells, each in its own form. `skipped` is for what the run did not get
 * round to; `note` is told without failing anything.
 */
export type Check = {
  kind: CheckKind;
  className: string;
  name: string;
  failure?: string;
  error?: string;
  skipped?: string;
  note?: string;
  detail?: string;
};

export type CheckSuite = { name: string; checks: Check[]; seconds: number; startedAt: string };

/** A suite for each variant, a check for each expectation, threshold and comparison; and one for the run as a whole. */
export function checkSuites(result: Result): CheckSuite[] {
  return [...result.variants.map((variant) => variantSuite(result, variant)), runSuite(result)];
}

function variantSuite(result: Result, variant: VariantResult): CheckSuite {
  const className = `certstorm.${result.scenario.name}.${variant.name}`;
  const thresholds = result.thresholds.filter((threshold) => threshold.variant === variant.name);
  const comparisons = result.comparisons.filter(({ candidate }) => candidate === variant.name);
  return {
    name: variant.name,
    startedAt: variant.rounds[0]?.startedAt ?? result.startedAt,
    seconds: variant.rounds.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1000,
    checks: [
      ...measuredCheck(className, variant),
      ...variant.cohorts.map((cohort): Check => {
        const { tone, text: verdict } = cohortVerdict(cohort);
        const detail = outcomesSeen(cohort)
          .map(
            ({ kind, detail: how, count }) => `${kind}${how === '' ? '' : ` ${neutralise(how)}`}: ${count}`,
          )
          .join('\n');
        const check = {
          kind: 'cohort',
          className,
          name: `cohort ${cohort.name}: ${cohort.expected}`,
        } as const;
        if (tone === 'bad') return { ...check, failure: verdict, detail };
        if (decided(cohort) === 0) return { ...check, skipped: `no attempt was decided: ${verdict}` };
        return tone === 'good' ? check : { ...check, note: verdict };
      }),
      ...thresholds.map((threshold) => thresholdCheck(className, threshold)),
      ...comparisons.map((comparison) => comparisonCheck(className, comparison)),
    ],
  };
}

function measuredCheck(className: string, variant: VariantResult): Check[] {
  const { failure } = variant;
  if (failure === undefined) return [];
  const check = { kind: 'run', className, name: 'the variant is measured' } as const;
  return [wasLeftOut(variant) ? { ...check, skipped: failure } : { ...check, error: failure }];
}

function thresholdCheck(className: string, { expression, observed, unit, passed }: ThresholdResult): Check {
  const check = { kind: 'threshold', className, name: `threshold ${expression}` } as const;
  const failure = observed === null ? 'this run has no such figure' : `observed ${observed} ${unit}`.trim();
  return passed ? check : { ...check, failure };
}

/** Only what gates can fail; what could not be decided is told, and fails nothing. */
function comparisonCheck(className: string, comparison: Comparison): Check {
  const { metric, baseline, gated, verdict } = comparison;
  const check = { kind: 'comparison', className, name: `${metric} against ${baseline}` } as const;
  const told = comparisonSentence(comparison);
  if (gated === true && verdict === 'slower') return { ...check, failure: told };
  return verdict === 'same' ? check : { ...check, note: told };
}

/** What holds for the run as a whole, and thresholds of a variant that the result does not have. */
function runSuite(result: Result): CheckSuite {
  const className = `certstorm.${result.scenario.name}`;
  const reasons = result.invalidReasons.map((reason) => neutralise(reason, 400)).join('\n');
  const cut = result.interrupted ? { error: 'the run was stopped before its end' } : {};
  const invalid = result.valid ? {} : { failure: 'the measurement is not valid', detail: reasons };
  const kind = 'run';
  return {
    name: 'the run',
    startedAt: result.startedAt,
    seconds: 0,
    checks: [
      { kind, className, name: 'the run is complete', ...cut },
      { kind, className, name: 'the measurement is valid', ...invalid },
      ...(result.verdict.word === 'no baseline'
        ? [
            {
              kind,
              className,
              name: 'the baseline is usable',
              failure: result.verdict.reasons[0] ?? '',
            } as const,
          ]
        : []),
      ...result.thresholds
        .filter(({ variant }) => result.variants.every(({ name }) => name !== variant))
        .map((threshold) => thresholdCheck(className, threshold)),
    ],
  };
}
