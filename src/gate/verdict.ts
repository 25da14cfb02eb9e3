import { wasLeftOut } from '../result/left-out.ts';
import type { Comparison, ThresholdResult, VariantResult, Verdict } from '../result/schema.ts';
import { describeComparison, regressionReasons } from './comparison-words.ts';
import { exitCodes } from './exit-codes.ts';

export type JudgeInput = {
  variants: readonly VariantResult[];
  thresholds: readonly ThresholdResult[];
  valid: boolean;
  invalidReasons: readonly string[];
  interrupted: boolean;
  /** Not one round was measured. */
  noneRan: boolean;
  comparisons?: readonly Comparison[];
  /** Why the baseline that was asked for can't be used. */
  noBaseline?: string;
  /** The command that looks closer at a regression. */
  lookCloser?: string;
};

type Finding = { word: Verdict['word']; exitCode: number; reasons: string[] };

/**
 * The verdict on a run. Of several findings the lowest exit code gives the word, and the reasons of all are told, its own first. A stopped
 * run is `interrupted` whatever it had found until then, and a run that measured nothing has `failed`.
 */
export function judge(input: JudgeInput): Verdict {
  const { variants, thresholds, interrupted, noneRan } = input;
  const findings = [
    { word: 'false verdicts' as const, exitCode: exitCodes.falseVerdicts, reasons: falseVerdicts(variants) },
    { word: 'not valid' as const, exitCode: exitCodes.notValid, reasons: invalidity(input) },
    {
      word: 'regressed' as const,
      exitCode: exitCodes.regressed,
      reasons: regressionReasons(input.comparisons ?? [], input.lookCloser),
    },
    {
      word: 'no baseline' as const,
      exitCode: exitCodes.noBaseline,
      reasons: input.noBaseline === undefined ? [] : [input.noBaseline],
    },
    {
      word: 'threshold failed' as const,
      exitCode: exitCodes.thresholdFailed,
      reasons: thresholds
        .filter(({ passed }) => !passed)
        .map((result) => explainThreshold(result, variants.length)),
    },
  ].filter(({ reasons }) => reasons.length > 0);

  const overall = interrupted ? interruption(variants) : noneRan ? nothing(variants) : undefined;
  const told: Finding[] = overall === undefined ? findings : [overall, ...findings];
  const [worst] = told;
  if (worst === undefined)
    return {
      word: 'passed',
      exitCode: exitCodes.good,
      reasons: [praise(variants, thresholds), ...gatedOnes(input.comparisons ?? []), ...leftOut(variants)],
    };
  const reasons = [...new Set(told.flatMap((finding) => finding.reasons))];
  return { word: worst.word, exitCode: worst.exitCode, reasons };
}

/**
 * False accepts wherever they were seen; false rejects of rounds that ran to their end. A target that is dying turns everyone away, which
 * says nothing about its judgement.
 */
function falseVerdicts(variants: readonly VariantResult[]): string[] {
  return variants.flatMap((variant) =>
    variant.cohorts.flatMap((cohort) => {
      const place = `cohort '${cohort.name}'${inVariant(variant.name, variants.length)}`;
      const reasons: string[] = [];
      if (cohort.falseAccepts > 0) {
        reasons.push(
          `${share(cohort.falseAccepts, cohort.attempts)} of ${place} were accepted, and none should be`,
        );
      }
      const broken = brokenRounds(variant, cohort.name);
      const rejects = cohort.falseRejects - broken.falseRejects;
      if (rejects > 0) {
        const should = cohort.expected.startsWith('accept')
          ? 'rejected, and all should be accepted'
          : `not rejected as expected (${expectedOf(cohort)})`;
        reasons.push(`${share(rejects, cohort.attempts - broken.attempts)} of ${place} were ${should}`);
      }
      return reasons;
    }),
  );
}

function invalidity({ variants, valid, invalidReasons }: JudgeInput): string[] {
  const reasons = valid ? [] : [...invalidReasons];
  for (const variant of variants) {
    const { failure } = variant;
    if (
      failure !== undefined &&
      !wasLeftOut(variant) &&
      !reasons.some((reason) => reason.includes(failure))
    ) {
      reasons.push(`variant '${variant.name}' could not be measured: ${failure}`);
    }
    for (const { name } of variant.cohorts) {
      const broken = brokenRounds(variant, name);
      if (broken.falseRejects === 0) continue;
      reasons.push(
        `${share(broken.falseRejects, broken.attempts)} of cohort '${name}'${inVariant(variant.name, variants.length)} were rejected in a round that did not run to its end, and are not held against the broker`,
      );
    }
  }
  return reasons.length === 0 && !valid ? ['the measurement is not valid'] : reasons;
}

function brokenRounds(variant: VariantResult, cohort: string): { attempts: number; falseRejects: number } {
  const figures = variant.rounds
    .filter(({ complete }) => !complete)
    .flatMap(({ cohorts }) => cohorts.filter(({ name }) => name === cohort));
  return {
    attempts: figures.reduce((sum, { attempts }) => sum + attempts, 0),
    falseRejects: figures.reduce((sum, { falseRejects }) => sum + falseRejects, 0),
  };
}

function explainThreshold(
  { expression, variant, observed, unit }: ThresholdResult,
  variants: number,
): string {
  const seen =
    observed === null
      ? 'the run gave no such figure'
      : `it was ${figure(observed)}${unit === '' ? '' : ` ${unit}`}`;
  return `threshold '${expression}' does not hold${inVariant(variant, variants)}: ${seen}`;
}

function interruption(variants: readonly VariantResult[]): Finding {
  const reason = `the run was stopped by a signal after ${counted(attemptsOf(variants), 'attempt')}; what was measured is kept`;
  return { word: 'interrupted', exitCode: exitCodes.interrupted, reasons: [reason] };
}

function nothing(variants: readonly VariantResult[]): Finding {
  const failures = variants.flatMap(({ name, failure }) =>
    failure === undefined ? [] : [`variant '${name}' could not be measured: ${failure}`],
  );
  const reasons = failures.length === 0 ? ['no round was measured'] : failures;
  return { word: 'failed', exitCode: exitCodes.internalError, reasons };
}

/** What was not held against anybody, and is said all the same. */
function leftOut(variants: readonly VariantResult[]): string[] {
  return variants.filter(wasLeftOut).map(({ name, failure }) => `variant '${name}' was left out: ${failure}`);
}

function praise(variants: readonly VariantResult[], thresholds: readonly ThresholdResult[]): string {
  const held =
    thresholds.length === 0
      ? ''
      : `, and ${thresholds.length === 1 ? 'the threshold holds' : `all ${thresholds.length} thresholds hold`}`;
  return `no false verdict in ${counted(attemptsOf(variants), 'attempt')}${held}`;
}

/** A pass says what it is founded on: also a gate that could not tell. */
function gatedOnes(comparisons: readonly Comparison[]): string[] {
  return comparisons.filter(({ gated }) => gated === true).map(describeComparison);
}

function attemptsOf(variants: readonly VariantResult[]): number {
  return variants.reduce((sum, { accounting }) => sum + accounting.started, 0);
}

function expectedOf({ expected, expectedCause }: VariantResult['cohorts'][number]): string {
  return expectedCause === undefined ? expected : `${expected}, ${expectedCause}`;
}

function inVariant(name: string, variants: number): string {
  return variants > 1 || name !== 'default' ? ` in variant '${name}'` : '';
}

function share(part: number, whole: number): string {
  return `${grouped(part)} of ${counted(whole, 'attempt')}`;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** 1204 → `1 204`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}

function figure(value: number): string {
  return Number.isInteger(value) ? grouped(value) : String(Number(value.toPrecision(4)));
}
