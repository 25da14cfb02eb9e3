import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { githubFormat } from '../../src/report/github.ts';
import { gitlabFormat } from '../../src/report/gitlab.ts';
import { junitFormat } from '../../src/report/junit.ts';
import { markdownFormat } from '../../src/report/markdown.ts';
import { tapFormat } from '../../src/report/tap.ts';
import type { Comparison, Result } from '../../src/result/index.ts';
import { hostileRun, nothingButFailures, singleRun, threeVariants } from '../fixtures/results/results.ts';

const comparison = (verdict: Comparison['verdict'], gated: boolean): Comparison => ({
  metric: 'target.cpuMsPerAttempt',
  baseline: 'default of 2026-10-03 09:00',
  candidate: 'default',
  ratio: 1.12,
  low: 1.08,
  high: 1.16,
  confidence: 0.99,
  verdict,
  gated,
  tolerance: 0.05,
  roundsToDecide: verdict === 'inconclusive' ? 40 : 12,
});
const compared = (...comparisons: Comparison[]): Result => ({ ...singleRun(), comparisons });
const all = [githubFormat, gitlabFormat, junitFormat, tapFormat, markdownFormat];

describe('a regression', () => {
  it('is told by every format for pipelines, with the ratio and its interval', () => {
    const result = compared(comparison('slower', true));
    for (const { format, render } of all)
      expect(render(result), format).toMatch(/slower, 1\.12× .*1\.08–1\.16/);
    expect(githubFormat.render(result)).toMatch(
      /^::error title=certstorm default%3A target\.cpuMsPerAttempt against /,
    );
    expect(tapFormat.render(result)).toMatch(/^not ok \d+ - default: target\.cpuMsPerAttempt against/m);
    expect(junitFormat.render(result)).toMatch(
      /<testcase [^>]*target\.cpuMsPerAttempt against[^>]*><failure /,
    );
    expect(JSON.parse(gitlabFormat.render(result))).toMatchObject([
      { severity: 'major', check_name: 'certstorm-comparison' },
    ]);
  });

  it('of a metric that does not gate, and what could not be decided, fails nothing', () => {
    const result = compared(comparison('slower', false), comparison('inconclusive', true));
    expect(githubFormat.render(result)).not.toContain('::error');
    expect(githubFormat.render(result)).toMatch(/::warning .*about 40 rounds would decide it/);
    expect(tapFormat.render(result)).not.toContain('not ok');
    expect(junitFormat.render(result)).toContain('failures="0"');
    expect(
      JSON.parse(gitlabFormat.render(result)).map(({ severity }: { severity: string }) => severity),
    ).toEqual(['info', 'info']);
    expect(markdownFormat.render(result)).toContain('(not gated)');
  });
});

describe('TAP', () => {
  it('plans as many points as it has, and numbers them', () => {
    for (const result of [singleRun(), threeVariants(), nothingButFailures()]) {
      const lines = tapFormat.render(result).trimEnd().split('\n');
      expect(lines[0]).toBe('TAP version 14');
      const points = lines.filter((line) => /^(?:not )?ok /.test(line));
      expect(lines[1]).toBe(`1..${points.length}`);
      expect(points.map((line) => Number(/^(?:not )?ok (\d+)/.exec(line)?.[1]))).toEqual(
        points.map((_, i) => i + 1),
      );
    }
    expect(tapFormat.render(threeVariants())).toMatch(/^not ok \d+ - none: cohort revoked/m);
  });
});

describe('code quality', () => {
  it('keeps the fingerprint of a finding from run to run, and gives each its own', () => {
    const fingerprints = (result: Result) =>
      JSON.parse(gitlabFormat.render(result)).map(({ fingerprint }: { fingerprint: string }) => fingerprint);
    const once = fingerprints(threeVariants());
    expect(new Set(once).size).toBe(once.length);
    const [worse] = threeVariants().variants;
    expect(worse).toBeDefined();
    expect(fingerprints({ ...threeVariants(), seed: 99, startedAt: '2027-01-01T00:00:00.000Z' })).toEqual(
      once,
    );
  });
});

describe('text that a stranger chose', () => {
  it('begins no command, no directive, no test point and no element of its own', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80 }),
          fc.constantFrom(
            '\n::error::x',
            '\r\n::set-output name=a::b',
            '%0A::error::x',
            '\nok 99 - x',
            '# SKIP',
            '\\# TODO',
            '</failure>',
            '","x":"',
            '\u001b[31m',
            '\u202e',
          ),
        ),
        (text) => {
          const result = hostileRun(text);
          const commands = githubFormat.render(result).trimEnd().split('\n');
          for (const line of commands)
            expect(line).toMatch(/^::(?:error|warning|notice) title=[^:,]*::[^\u0000-\u001f\u007f]*$/u);
          const tap = tapFormat.render(result).trimEnd().split('\n');
          for (const line of tap) {
            expect(line).toMatch(
              /^(?:TAP version 14|1\.\.\d+|(?:not )?ok \d+ - .*|# .*| {2}---| {2}\.\.\.| {2}(?:message|severity|data): .*)$/u,
            );
            const directives = line.replaceAll('\\\\', '').replaceAll('\\#', '').match(/#/g) ?? [];
            if (/^(?:not )?ok /.test(line)) expect(directives.length).toBeLessThanOrEqual(1);
          }
          expect(Array.isArray(JSON.parse(gitlabFormat.render(result)))).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });
});
