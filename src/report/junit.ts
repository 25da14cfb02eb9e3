import { type Result, type ThresholdResult, type VariantResult, wasLeftOut } from '../result/index.ts';
import type { ReportFormat } from './format.ts';
import { cohortVerdict, decided, outcomesSeen } from './words/cohort.ts';
import { neutralise } from './words/text.ts';

/** JUnit XML, as CI systems read it: a suite for each variant, a case for each expectation, threshold and for the validity. */
export const junitFormat: ReportFormat = { format: 'junit', fileName: 'junit.xml', render };

/** `skipped` is for what the run did not get round to; `note` is told without failing anything. */
type Case = {
  className: string;
  name: string;
  failure?: string;
  error?: string;
  skipped?: string;
  note?: string;
  detail?: string;
};
type Suite = { name: string; cases: Case[]; seconds: number; startedAt: string };

function render(result: Result): string {
  const suites = [...result.variants.map((variant) => variantSuite(result, variant)), validitySuite(result)];
  const total = (pick: (suite: Suite) => number) => suites.reduce((sum, suite) => sum + pick(suite), 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="certstorm ${text(result.scenario.name)}" tests="${total(({ cases }) => cases.length)}" failures="${total(failures)}" errors="${total(errors)}" time="${total(({ seconds }) => seconds).toFixed(3)}">
${suites.map(renderSuite).join('')}</testsuites>
`;
}

function variantSuite(result: Result, variant: VariantResult): Suite {
  const className = `certstorm.${result.scenario.name}.${variant.name}`;
  const thresholds = result.thresholds.filter((threshold) => threshold.variant === variant.name);
  return {
    name: variant.name,
    startedAt: variant.rounds[0]?.startedAt ?? result.startedAt,
    seconds: variant.rounds.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1000,
    cases: [
      ...(variant.failure === undefined
        ? []
        : [
            wasLeftOut(variant)
              ? { className, name: 'the variant is measured', skipped: variant.failure }
              : { className, name: 'the variant is measured', error: variant.failure },
          ]),
      ...variant.cohorts.map((cohort): Case => {
        const { tone, text: verdict } = cohortVerdict(cohort);
        const detail = outcomesSeen(cohort)
          .map(
            ({ kind, detail: how, count }) => `${kind}${how === '' ? '' : ` ${neutralise(how)}`}: ${count}`,
          )
          .join('\n');
        const name = `cohort ${cohort.name}: ${cohort.expected}`;
        if (tone === 'bad') return { className, name, failure: verdict, detail };
        if (decided(cohort) === 0) return { className, name, skipped: `no attempt was decided: ${verdict}` };
        return tone === 'good' ? { className, name } : { className, name, note: verdict };
      }),
      ...thresholds.map((threshold) => thresholdCase(className, threshold)),
    ],
  };
}

function thresholdCase(className: string, { expression, observed, unit, passed }: ThresholdResult): Case {
  const name = `threshold ${expression}`;
  const failure = observed === null ? 'this run has no such figure' : `observed ${observed} ${unit}`.trim();
  return passed ? { className, name } : { className, name, failure };
}

/** What holds for the run as a whole, and thresholds of a variant that the result does not have. */
function validitySuite(result: Result): Suite {
  const className = `certstorm.${result.scenario.name}`;
  const reasons = result.invalidReasons.map((reason) => neutralise(reason, 400)).join('\n');
  const cut = result.interrupted ? { error: 'the run was stopped before its end' } : {};
  const invalid = result.valid ? {} : { failure: 'the measurement is not valid', detail: reasons };
  return {
    name: 'the run',
    startedAt: result.startedAt,
    seconds: 0,
    cases: [
      { className, name: 'the run is complete', ...cut },
      { className, name: 'the measurement is valid', ...invalid },
      ...result.thresholds
        .filter(({ variant }) => result.variants.every(({ name }) => name !== variant))
        .map((threshold) => thresholdCase(className, threshold)),
    ],
  };
}

function renderSuite(suite: Suite): string {
  const { name, cases, seconds, startedAt } = suite;
  return `  <testsuite name="${text(name)}" tests="${cases.length}" failures="${failures(suite)}" errors="${errors(suite)}" skipped="${cases.filter(({ skipped }) => skipped !== undefined).length}" timestamp="${text(startedAt.replace(/\.\d+Z$/, ''))}" time="${seconds.toFixed(3)}">
${cases.map(renderCase).join('')}  </testsuite>
`;
}

function renderCase({ className, name, failure, error, skipped, note, detail = '' }: Case): string {
  const open = `    <testcase classname="${text(className)}" name="${text(name)}" time="0"`;
  const body = detail.split('\n').map(text).join('\n');
  const told = [
    failure === undefined ? '' : `<failure message="${text(failure)}">${body}</failure>`,
    error === undefined ? '' : `<error message="${text(error)}">${body}</error>`,
    skipped === undefined ? '' : `<skipped message="${text(skipped)}"/>`,
    note === undefined ? '' : `<system-out>${text(note)}</system-out>`,
  ].join('');
  return told === '' ? `${open}/>\n` : `${open}>${told}</testcase>\n`;
}

function failures({ cases }: Suite): number {
  return cases.filter(({ failure }) => failure !== undefined).length;
}

function errors({ cases }: Suite): number {
  return cases.filter(({ error }) => error !== undefined).length;
}

/** XML 1.0 has no way to write most control characters, not even escaped (2.2): `neutralise` has replaced them before. */
function text(value: string): string {
  return neutralise(value, 400)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
