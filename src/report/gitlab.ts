import { createHash } from 'node:crypto';
import type { Result } from '../result/index.ts';
import { type Check, type CheckKind, checkSuites } from './checks.ts';
import type { ReportFormat } from './format.ts';
import { neutralise } from './words/text.ts';

/**
 * GitLab's Code Quality report, which it shows in a merge request as found and fixed since the target branch. A finding keeps its
 * fingerprint for as long as it is about the same check; the path is the scenario's name, for a result does not know its file.
 */
export const gitlabFormat: ReportFormat = {
  format: 'gitlab',
  fileName: 'gl-code-quality-report.json',
  onRequest: true,
  render,
};

const severities: Readonly<Record<CheckKind, string>> = {
  cohort: 'blocker',
  run: 'critical',
  threshold: 'major',
  comparison: 'major',
};

function render(result: Result): string {
  const path = neutralise(result.scenario.name, 200);
  const findings = checkSuites(result).flatMap((suite) =>
    suite.checks.flatMap((check) => {
      const wrong = check.failure ?? check.error;
      const told = wrong ?? check.note;
      return told === undefined ? [] : [finding(path, suite.name, check, told, wrong !== undefined)];
    }),
  );
  return `${JSON.stringify(findings, null, 2)}\n`;
}

function finding(path: string, suite: string, { kind, name }: Check, told: string, wrong: boolean) {
  return {
    description: neutralise(`${suite}: ${name}: ${told}`, 800),
    check_name: `certstorm-${kind}`,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([path, suite, kind, name]))
      .digest('hex'),
    severity: wrong ? severities[kind] : 'info',
    location: { path, lines: { begin: 1 } },
  };
}
