import type { Result } from '../result/index.ts';
import { type Check, type CheckSuite, checkSuites } from './checks.ts';
import type { ReportFormat } from './format.ts';
import { neutralise } from './words/text.ts';

/** JUnit XML, as CI systems read it: a suite for each variant, a case for each expectation, threshold and for the validity. */
export const junitFormat: ReportFormat = { format: 'junit', fileName: 'junit.xml', render };

function render(result: Result): string {
  const suites = checkSuites(result);
  const total = (pick: (suite: CheckSuite) => number) => suites.reduce((sum, suite) => sum + pick(suite), 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="certstorm ${text(result.scenario.name)}" tests="${total(({ checks }) => checks.length)}" failures="${total(failures)}" errors="${total(errors)}" time="${total(({ seconds }) => seconds).toFixed(3)}">
${suites.map(renderSuite).join('')}</testsuites>
`;
}

function renderSuite(suite: CheckSuite): string {
  const { name, checks, seconds, startedAt } = suite;
  return `  <testsuite name="${text(name)}" tests="${checks.length}" failures="${failures(suite)}" errors="${errors(suite)}" skipped="${checks.filter(({ skipped }) => skipped !== undefined).length}" timestamp="${text(startedAt.replace(/\.\d+Z$/, ''))}" time="${seconds.toFixed(3)}">
${checks.map(renderCase).join('')}  </testsuite>
`;
}

function renderCase({ className, name, failure, error, skipped, note, detail = '' }: Check): string {
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

function failures({ checks }: CheckSuite): number {
  return checks.filter(({ failure }) => failure !== undefined).length;
}

function errors({ checks }: CheckSuite): number {
  return checks.filter(({ error }) => error !== undefined).length;
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
