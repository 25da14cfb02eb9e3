import type { Result } from '../result/index.ts';
import { type Check, checkSuites } from './checks.ts';
import type { ReportFormat } from './format.ts';
import { neutralise } from './words/text.ts';

/** The Test Anything Protocol, version 14: a line for each check, what is wrong as a YAML block beneath it. */
export const tapFormat: ReportFormat = { format: 'tap', fileName: 'results.tap', onRequest: true, render };

function render(result: Result): string {
  const points = checkSuites(result).flatMap(({ name, checks }) =>
    checks.map((check) => ({ suite: name, check })),
  );
  return `${['TAP version 14', `1..${points.length}`, ...points.flatMap(({ suite, check }, index) => point(index + 1, suite, check))].join('\n')}\n`;
}

function point(
  number: number,
  suite: string,
  { name, failure, error, skipped, note, detail }: Check,
): string[] {
  const wrong = failure ?? error;
  const title = `${number} - ${inert(`${suite}: ${name}`)}`;
  if (wrong === undefined) {
    const directive = skipped === undefined ? '' : ` # SKIP ${inert(skipped)}`;
    return [`ok ${title}${directive}`, ...(note === undefined ? [] : [`# ${neutralise(note, 600)}`])];
  }
  // JSON is YAML, and its strings hold anything.
  const told = { message: neutralise(wrong, 600), severity: failure === undefined ? 'error' : 'fail' };
  const more = detail === undefined ? {} : { data: detail.split('\n').map((line) => neutralise(line, 200)) };
  const block = Object.entries({ ...told, ...more }).map(
    ([key, value]) => `  ${key}: ${JSON.stringify(value)}`,
  );
  return [`not ok ${title}`, '  ---', ...block, '  ...'];
}

/** A `#` begins a directive, and a backslash takes its meaning away. */
function inert(text: string): string {
  return neutralise(text, 200).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
