import { type Cell, type Column, layOut, paint, widthOf } from '../terminal-layout.ts';
import { threeDigits, wholeSeconds } from '../words/numbers.ts';
import { neutralise, plural } from '../words/text.ts';
import type { LiveCohortState, LiveRoundState, LiveRun } from './live-run.ts';

/** Cohorts that are told one by one; of more than this, those that stand out come first. */
const mostCohorts = 9;

/** How a run stands, as lines of at most `width` columns for a terminal that is drawn anew; `plainProgress` is the same in one line. */
export function liveLines(run: LiveRun, width: number): string[] {
  const { round } = run;
  if (round === null) return [cut(run.step, width)];
  const cohorts = chosen(round.cohorts);
  const hidden = round.cohorts.length - cohorts.length;
  return [
    cut(
      `${place(round)}${bar(round.elapsedMs / round.durationMs)} ${left(run)}  ${neutralise(round.variant, 60)}`,
      width,
    ),
    cut(`  ${rates(round)}`, width),
    cut(`  ${standing(round)}`, width),
    ...layOut(columns, cohorts.map(cells), paint(false), width),
    ...(hidden > 0 ? [`  and ${hidden} more ${plural(hidden, 'cohort')}`] : []),
  ];
}

/** One line, for logs and files. */
export function plainProgress(run: LiveRun): string {
  const { round } = run;
  if (round === null) return run.step;
  return `${place(round)}${plain(wholeSeconds(round.elapsedMs))} in, ${left(run)}: ${rates(round)}; ${standing(round)}`;
}

function place({ position, of }: LiveRoundState): string {
  return `round ${position + 1}/${of}`.padEnd(14);
}

function left({ leftMs }: LiveRun): string {
  return leftMs === null ? '' : `${plain(wholeSeconds(leftMs))} left`;
}

function rates({
  askedPerSecond,
  achievedPerSecond,
  finished,
  inFlight,
  missedArrivals,
}: LiveRoundState): string {
  const rate = `${plain(threeDigits(achievedPerSecond))}/s`;
  return [
    askedPerSecond === null
      ? `rate ${rate}`
      : `rate ${rate} of ${plain(threeDigits(askedPerSecond))}/s asked`,
    `${number(finished)} done`,
    `${number(inFlight)} in flight`,
    `${number(missedArrivals)} missed`,
  ].join(', ');
}

function standing({ cohorts, target: { corePercent, rssMiB } }: LiveRoundState): string {
  const sum = (pick: (cohort: LiveCohortState) => number) =>
    cohorts.reduce((total, cohort) => total + pick(cohort), 0);
  return [
    `false accepts ${number(sum(({ falseAccepts }) => falseAccepts))}`,
    `false rejects ${number(sum(({ falseRejects }) => falseRejects))}`,
    corePercent === null ? 'broker CPU not known' : `broker CPU ${Math.round(corePercent)} % of a core`,
    ...(rssMiB === null ? [] : [`${plain(threeDigits(rssMiB))} MiB`]),
  ].join(', ');
}

const columns: readonly Column[] = [
  { title: 'cohort', least: 8, shrink: true },
  { title: 'started', least: 7, numeric: true },
  { title: 'let in', least: 6, numeric: true },
  { title: 'refused', least: 7, numeric: true },
  { title: 'false', least: 5, numeric: true },
  { title: 'p50 ms', least: 6, numeric: true },
  { title: 'p99 ms', least: 6, numeric: true },
];

function cells(cohort: LiveCohortState): Cell[] {
  const figure = (value: number | null) => (value === null ? '–' : plain(threeDigits(value)));
  return [
    neutralise(cohort.name, 40),
    number(cohort.started),
    number(cohort.accepted),
    number(cohort.refused),
    number(cohort.falseAccepts + cohort.falseRejects),
    figure(cohort.p50Ms),
    figure(cohort.p99Ms),
  ].map((text) => ({ text }));
}

/** In their order; where there is no room for all, those with false verdicts before the largest. */
function chosen(cohorts: readonly LiveCohortState[]): LiveCohortState[] {
  if (cohorts.length <= mostCohorts) return [...cohorts];
  const weight = ({ falseAccepts, falseRejects, started }: LiveCohortState) =>
    (falseAccepts + falseRejects) * 1e9 + started;
  const kept = new Set(cohorts.toSorted((a, b) => weight(b) - weight(a)).slice(0, mostCohorts));
  return cohorts.filter((cohort) => kept.has(cohort));
}

export function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 20);
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}

function cut(text: string, width: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width) return kept;
    kept += character;
  }
  return kept;
}

function plain(text: string): string {
  return text.replace(/(\d)\u202f(?=\d{3})/g, '$1,').replaceAll('\u202f', ' ');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
