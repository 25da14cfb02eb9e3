import type { CohortResult, Comparison, Latency, Result, VariantResult } from '../result/index.ts';
import type { ReportFormat } from './format.ts';
import { bullets, code, inert, table } from './markdown-text.ts';
import { answer } from './words/answer.ts';
import { cohortVerdict, outcomesSeen } from './words/cohort.ts';
import { comparisonSentence } from './words/comparison.ts';
import { count, duration, threeDigits, withUnit } from './words/numbers.ts';
import type { Part, Sentence } from './words/sentence.ts';
import { glyphs, verdictTone } from './words/verdict.ts';
import { warnings } from './words/warnings.ts';

/** GitHub-flavoured Markdown, fit for a pull-request comment; its first line stays the same, so that a bot finds the one to update. */
export const markdownFormat: ReportFormat = { format: 'markdown', fileName: 'summary.md', render };

/** More variants than this are told in one line each. */
const mostTables = 6;

function render(result: Result): string {
  const { verdict, scenario, variants } = result;
  const detailed = variants.length <= mostTables;
  return `${[
    marker(scenario.name),
    `## ${glyphs[verdictTone(verdict.word)]} ${verdict.word}: ${code(scenario.name)}`,
    bullets(verdict.reasons.slice(0, 10).map((reason) => inert(reason))),
    bullets(answer(result).map(sentence)),
    ...(detailed
      ? variants.flatMap((variant) => variantTable(variant, variants.length > 1))
      : [overview(variants)]),
    comparisons(result),
    thresholds(result),
    trust(result),
    facts(result),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function marker(scenario: string): string {
  return `<!-- certstorm:summary ${scenario.replace(/[^A-Za-z0-9._]+/g, '_').slice(0, 80)} -->`;
}

function variantTable(variant: VariantResult, several: boolean): string[] {
  const { target, cohorts } = variant;
  const cpu = target.cpuMsPerAttempt;
  return [
    several ? `### ${code(variant.name)}` : '',
    table(
      ['Cohort', 'Expected', 'Attempts', 'Seen', 'Verdict', 'p50 ms', 'p90 ms', 'p99 ms'],
      [2, 5, 6, 7],
      cohorts.map(cohortRow),
    ),
    cpu === undefined ? '' : `Broker CPU per attempt: **${duration(cpu)}**.`,
  ];
}

function cohortRow(cohort: CohortResult): string[] {
  const { tone, text } = cohortVerdict(cohort);
  const latency: Latency | undefined = cohort.latencyMs.authenticated ?? cohort.latencyMs.rejected;
  const seen = outcomesSeen(cohort)
    .slice(0, 3)
    .map(({ kind, detail, count: n }) => `${kind}${detail === '' ? '' : ` ${code(detail, 40)}`} ${count(n)}`);
  return [
    code(cohort.name),
    cohort.expected,
    count(cohort.attempts),
    seen.join(', ') || '–',
    `${glyphs[tone]} ${inert(text)}`,
    ...[latency?.p50, latency?.p90, latency?.p99].map((value) =>
      value === undefined ? '–' : threeDigits(value),
    ),
  ];
}

function overview(variants: readonly VariantResult[]): string {
  return table(
    ['Variant', 'Attempts', 'False accepts', 'False rejects', 'Broker CPU per attempt, ms'],
    [1, 2, 3, 4],
    variants.map(({ name, cohorts, target, accounting }) => {
      const total = (pick: (cohort: CohortResult) => number) =>
        count(cohorts.reduce((sum, cohort) => sum + pick(cohort), 0));
      const cpu = target.cpuMsPerAttempt;
      return [
        code(name),
        count(accounting.started),
        total(({ falseAccepts }) => falseAccepts),
        total(({ falseRejects }) => falseRejects),
        cpu === undefined ? '–' : threeDigits(cpu),
      ];
    }),
  );
}

/** At most this many comparisons are told one by one, gated ones first. */
const mostComparisons = 20;

function comparisons({ comparisons: all, comparisonNotes = [] }: Result): string {
  if (all.length === 0) return bullets(comparisonNotes.map((note) => inert(note)));
  const told = all.toSorted((a, b) => Number(b.gated ?? false) - Number(a.gated ?? false));
  const mark = ({ gated, verdict }: Comparison) =>
    verdict === 'slower'
      ? glyphs[gated === true ? 'bad' : 'warning']
      : verdict === 'inconclusive'
        ? glyphs.warning
        : verdict === 'faster'
          ? glyphs.good
          : glyphs.plain;
  return [
    table(
      ['Metric', 'Of', 'Against', 'Verdict'],
      [],
      told
        .slice(0, mostComparisons)
        .map((comparison) => [
          code(comparison.metric),
          code(comparison.candidate),
          code(comparison.baseline),
          `${mark(comparison)} ${inert(comparisonSentence(comparison))}${comparison.gated === true ? '' : ' (not gated)'}`,
        ]),
    ),
    bullets(comparisonNotes.map((note) => inert(note))),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function thresholds({ thresholds: all, variants }: Result): string {
  if (all.length === 0) return '';
  const shown = all.length <= 20 ? all : all.filter(({ passed }) => !passed);
  if (shown.length === 0) return `All ${count(all.length)} thresholds were kept.`;
  return table(
    ['Threshold', ...(variants.length > 1 ? ['Variant'] : []), 'Observed', 'Verdict'],
    [variants.length > 1 ? 2 : 1],
    shown.map(({ expression, variant, observed, unit, passed }) => [
      code(expression),
      ...(variants.length > 1 ? [code(variant)] : []),
      observed === null ? '–' : inert(withUnit(observed, unit)),
      passed ? `${glyphs.good} kept` : `${glyphs.bad} failed`,
    ]),
  );
}

function trust(result: Result): string {
  const told = [
    ...result.invalidReasons.map((reason) => `${glyphs.warning} ${inert(reason)}`),
    ...warnings(result).map(
      (warning) => `${glyphs.warning} ${sentence(warning.sentence)}. ${inert(warning.mend)}`,
    ),
  ];
  return told.length === 0 ? '' : `**Can I trust this?**\n\n${bullets(told)}`;
}

function facts({ environment, seed, startedAt, verdict, variants }: Result): string {
  const target = variants[0]?.target.version ?? '';
  return `<sub>certstorm ${inert(environment.certstorm)} · ${inert(target)} · ${inert(environment.cpu)}, ${count(environment.cores)} cores · ${inert(startedAt)} · seed ${seed} · exit code ${verdict.exitCode}</sub>`;
}

function sentence({ parts }: Sentence): string {
  return parts.map(part).join('');
}

function part(value: Part): string {
  if (typeof value === 'string') return inert(value);
  return 'figure' in value ? `**${inert(value.figure)}**` : code(value.name, 60);
}
