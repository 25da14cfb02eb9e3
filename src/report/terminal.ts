import type { CohortResult, Latency, Result, VariantResult } from '../result/index.ts';
import { collectionShare } from './findings/collections.ts';
import { comparisonTable } from './terminal-comparison.ts';
import { type Column, layOut, type Paint, paint, wrap } from './terminal-layout.ts';
import { answer } from './words/answer.ts';
import { cohortVerdict, outcomesSeen } from './words/cohort.ts';
import { duration, percent, threeDigits } from './words/numbers.ts';
import { plainText } from './words/sentence.ts';
import { neutralise } from './words/text.ts';
import { glyphs, type Tone, verdictTone } from './words/verdict.ts';
import { warnings } from './words/warnings.ts';

export type TerminalStyle = { color: boolean; width: number };

/** More variants than this get one line each, and a table only where something is wrong. */
const mostTables = 6;

/**
 * The result for somebody who has just run it: the verdict, the answer in words, a table by cohort, thresholds and warnings. No line is
 * longer than `width` (at least 72 columns); without `color` there is no escape sequence in it.
 */
export function renderTerminal(result: Result, { color, width: asked }: TerminalStyle): string {
  const width = Math.max(72, Math.min(asked, 140));
  const brush = paint(color);
  const several = result.variants.length > 1;
  const lines = [
    ...verdictLines(result, brush, width),
    '',
    ...answer(result).flatMap((sentence) => bullet(sentence.tone, plain(plainText(sentence)), brush, width)),
    ...(result.variants.length > mostTables ? overview(result.variants, brush, width) : []),
    ...result.variants
      .filter((variant) => result.variants.length <= mostTables || isWrong(variant))
      .flatMap((variant) => variantLines(variant, several, brush, width)),
    ...comparisonLines(result, brush, width),
    ...thresholdLines(result, brush, width),
    ...warningLines(result, brush, width),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictLines(
  { verdict, scenario, seed, startedAt, finishedAt, variants }: Result,
  brush: Paint,
  width: number,
) {
  const tone = verdictTone(verdict.word);
  const took = duration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) || 0);
  const target = neutralise(variants[0]?.target.version ?? '', 60);
  const facts = [
    neutralise(scenario.name, 40),
    target,
    took,
    `seed ${seed}`,
    `exit code ${verdict.exitCode}`,
  ];
  return [
    `${brush(tone, `${glyphs[tone]} ${verdict.word.toUpperCase()}`)}`,
    ...wrap(plain(facts.filter((fact) => fact !== '').join(' · ')), width, '  ').map((line) =>
      brush('muted', line),
    ),
    ...verdict.reasons.flatMap((reason) => bullet(tone, neutralise(reason, 400), brush, width)),
  ];
}

function variantLines(variant: VariantResult, several: boolean, brush: Paint, width: number): string[] {
  if (variant.accounting.started === 0) return [];
  return [
    '',
    ...(several ? [brush('strong', neutralise(variant.name, width - 2))] : []),
    ...layOut(
      columns,
      variant.cohorts.map((cohort) => cohortCells(cohort)),
      brush,
      width,
    ),
    ...wrap(costLine(variant), width, '  ').map((line) => brush('muted', line)),
  ];
}

const columns: readonly Column[] = [
  { title: 'cohort', least: 8, shrink: true },
  { title: 'expected', least: 6, shrink: true },
  { title: 'attempts', least: 8, numeric: true },
  { title: 'seen', least: 12, shrink: true },
  { title: 'false', least: 5, numeric: true },
  { title: 'p50', least: 5, numeric: true },
  { title: 'p90', least: 5, numeric: true },
  { title: 'p99', least: 5, numeric: true },
];

function cohortCells(cohort: CohortResult) {
  const latency: Latency | undefined = cohort.latencyMs.authenticated ?? cohort.latencyMs.rejected;
  const { tone } = cohortVerdict(cohort);
  const wrong = cohort.falseAccepts + cohort.falseRejects;
  const figures = [latency?.p50, latency?.p90, latency?.p99].map((value) => ({
    text: value === undefined ? '–' : plain(threeDigits(value)),
  }));
  return [
    { text: neutralise(cohort.name, 40) },
    { text: cohort.expected.replace('reject-at-', 'reject@') },
    { text: number(cohort.attempts) },
    { text: seen(cohort), ...(tone === 'plain' ? {} : { tone }) },
    { text: number(wrong), ...(wrong > 0 ? { tone: 'bad' as const } : {}) },
    ...figures,
  ];
}

/** The two most frequent outcomes; `…` when there are more. */
function seen(cohort: CohortResult): string {
  const all = outcomesSeen(cohort);
  const [first, second] = all;
  if (first === undefined) return '–';
  const name = ({ kind, detail }: typeof first) =>
    detail !== '' && (kind === 'tls-alert' || kind === 'connack-refused') ? neutralise(detail, 30) : kind;
  if (second === undefined) return name(first);
  return `${name(first)} ${number(first.count)}, ${name(second)} ${number(second.count)}${all.length > 2 ? ' …' : ''}`;
}

function costLine({ target, generator, accounting }: VariantResult): string {
  const collected = collectionShare(target);
  const { cpuMsPerAttempt: cpu, cpuUserMs: user = 0, cpuSystemMs: system = 0, rssPeakMiB: rss } = target;
  const parts = [
    'latencies in ms',
    cpu === undefined ? '' : `broker ${duration(cpu)} CPU an attempt${userShare(user, system)}`,
    collected === null ? '' : `${percent(collected)} of it with collections of garbage`,
    rss === undefined ? '' : `${threeDigits(rss)} MiB RSS at most`,
    generator.cpuMsPerAttempt === undefined ? '' : `generator ${duration(generator.cpuMsPerAttempt)}`,
    `${number(accounting.missedArrivals)} of ${number(accounting.scheduled)} arrivals missed`,
  ];
  return plain(parts.filter((part) => part !== '').join(' · '));
}

function userShare(user: number, system: number): string {
  return user + system > 0 ? ` (${Math.round((100 * user) / (user + system))} % user)` : '';
}

function overview(variants: readonly VariantResult[], brush: Paint, width: number): string[] {
  const rows = variants.map(({ name, accounting, cohorts, target }) => {
    const wrong = cohorts.reduce((sum, cohort) => sum + cohort.falseAccepts + cohort.falseRejects, 0);
    const cpu = target.cpuMsPerAttempt;
    return [
      { text: neutralise(name, 60) },
      { text: number(accounting.started) },
      { text: number(wrong), ...(wrong > 0 ? { tone: 'bad' as const } : {}) },
      { text: cpu === undefined ? '–' : plain(threeDigits(cpu)) },
    ];
  });
  const titles: readonly Column[] = [
    { title: 'variant', least: 20, shrink: true },
    { title: 'attempts', least: 8, numeric: true },
    { title: 'false', least: 5, numeric: true },
    { title: 'CPU ms/attempt', least: 14, numeric: true },
  ];
  return ['', ...layOut(titles, rows, brush, width)];
}

function isWrong({ cohorts }: VariantResult): boolean {
  return cohorts.some((cohort) => cohortVerdict(cohort).tone === 'bad');
}

/** More comparisons than this are shown only where they gate or are not the same. */
const mostComparisons = 24;

function comparisonLines(
  { comparisons, comparisonNotes = [] }: Result,
  brush: Paint,
  width: number,
): string[] {
  if (comparisons.length === 0 && comparisonNotes.length === 0) return [];
  const shown = comparisons
    .filter(
      ({ verdict, gated }) => comparisons.length <= mostComparisons || gated === true || verdict === 'slower',
    )
    .slice(0, mostComparisons);
  const hidden = comparisons.length - shown.length;
  return [
    '',
    brush('strong', 'before and after'),
    ...(shown.length > 0 ? comparisonTable(shown, brush, width) : []),
    ...(hidden > 0 ? [brush('muted', `  and ${number(hidden)} more in the report`)] : []),
    ...comparisonNotes.flatMap((note) => bullet('warning', neutralise(note, 600), brush, width)),
  ];
}

function thresholdLines({ thresholds, variants }: Result, brush: Paint, width: number): string[] {
  const shown = thresholds.length <= 12 ? thresholds : thresholds.filter(({ passed }) => !passed);
  if (shown.length === 0) return [];
  return [
    '',
    brush('strong', 'thresholds'),
    ...shown.flatMap(({ expression, variant, observed, unit, passed }) => {
      const value =
        observed === null ? 'no such figure in this run' : `${plain(threeDigits(observed))} ${unit}`.trim();
      const where = variants.length > 1 ? ` [${neutralise(variant, 40)}]` : '';
      return bullet(
        passed ? 'good' : 'bad',
        `${neutralise(expression, 100)}${where}: ${neutralise(value, 60)}`,
        brush,
        width,
      );
    }),
  ];
}

function warningLines(result: Result, brush: Paint, width: number): string[] {
  const found = [
    // The verdict's own reasons stand above already.
    ...result.invalidReasons
      .filter((reason) => !result.verdict.reasons.includes(reason))
      .map((reason) => neutralise(reason, 400)),
    ...warnings(result).map(({ sentence, mend }) => plain(`${plainText(sentence)}. ${mend}`)),
  ];
  if (found.length === 0) return [];
  return [
    '',
    brush('strong', 'can I trust this?'),
    ...found.flatMap((text) => bullet('warning', text, brush, width)),
  ];
}

function bullet(tone: Tone, text: string, brush: Paint, width: number): string[] {
  const lines = wrap(text, width, '  ');
  return lines.map((line, i) => (i === 0 ? `${brush(tone, glyphs[tone])} ${line.slice(2)}` : line));
}

/** Terminals get what they certainly have: a comma between thousands, a plain space before a unit. */
function plain(text: string): string {
  return text.replace(/(\d)\u202f(?=\d{3})/g, '$1,').replaceAll('\u202f', ' ');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
