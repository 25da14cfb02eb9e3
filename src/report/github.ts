import type { Result } from '../result/index.ts';
import { type Check, checkSuites } from './checks.ts';
import type { ReportFormat } from './format.ts';
import { neutralise } from './words/text.ts';

/**
 * Workflow commands of GitHub Actions: printed by a step, each becomes an annotation of the run. The step's summary is `summary.md`.
 * GitHub shows ten annotations of a kind for each step; what failed comes first.
 */
export const githubFormat: ReportFormat = {
  format: 'github',
  fileName: 'annotations.txt',
  onRequest: true,
  render,
};

function render(result: Result): string {
  const checks = checkSuites(result).flatMap((suite) =>
    suite.checks.map((check) => ({ suite: suite.name, check })),
  );
  const lines = checks.flatMap(({ suite, check }) => annotations(suite, check));
  const verdict = `${result.verdict.word}, exit code ${result.verdict.exitCode}: ${result.verdict.reasons[0] ?? ''}`;
  return `${[
    ...lines.filter(({ level }) => level === 'error').map(print),
    ...lines.filter(({ level }) => level === 'warning').map(print),
    print({ level: 'notice', title: `certstorm ${result.scenario.name}`, text: verdict }),
  ].join('\n')}\n`;
}

type Annotation = { level: 'error' | 'warning' | 'notice'; title: string; text: string };

function annotations(suite: string, { name, failure, error, skipped, note, detail }: Check): Annotation[] {
  const title = `certstorm ${suite}: ${name}`;
  const wrong = failure ?? error;
  if (wrong !== undefined)
    return [{ level: 'error', title, text: detail === undefined ? wrong : `${wrong}\n${detail}` }];
  const told = skipped ?? note;
  return told === undefined ? [] : [{ level: 'warning', title, text: told }];
}

function print({ level, title, text }: Annotation): string {
  return `::${level} title=${property(title)}::${message(text)}`;
}

/** Line by line: a name that a stranger chose must not begin a command of its own. */
function message(text: string): string {
  const lines = text.split('\n').map((line) => neutralise(line, 600));
  return lines.join('\n').replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
