import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareWithBaseline } from '../gate/against-baseline.ts';
import { baselinePath, readBaseline, readNoise } from '../gate/baseline-file.ts';
import { compareWithin, pairsOf } from '../gate/compare.ts';
import { type CompareSettings, compareSettings } from '../gate/compare-settings.ts';
import { describeComparison, regressions } from '../gate/comparison-words.ts';
import { exitCodes } from '../gate/exit-codes.ts';
import { baselineKey } from '../gate/fit.ts';
import { findRoundMetric, roundMetricNames } from '../gate/round-figures.ts';
import { comparisonTable, comparisonTone } from '../report/terminal-comparison.ts';
import { paint } from '../report/terminal-layout.ts';
import { neutralise } from '../report/words/text.ts';
import { glyphs } from '../report/words/verdict.ts';
import { readResult } from '../result/read.ts';
import type { Comparison, Result } from '../result/schema.ts';
import { terminalStyle } from './terminal-style.ts';
import { UsageError } from './usage-error.ts';

export type CompareFlags = {
  tolerance?: number;
  metric: string[];
  all?: true;
  allowOtherMachine?: true;
  json?: true;
};

type Outcome = { candidate: string; comparisons: Comparison[]; notes: string[]; exitCode: number };

/** `certstorm compare BASELINE CANDIDATE…`: verdicts on stored results, exit code 96 where a gated metric got slower. */
export async function compare(files: string[], flags: CompareFlags): Promise<void> {
  const [first, ...others] = files;
  if (first === undefined) throw new UsageError('compare takes a baseline and a candidate');
  const outcomes =
    others.length === 0 ? [await compareInside(first, flags)] : await compareAll(first, others, flags);
  const exitCode = Math.min(
    ...outcomes.map((outcome) => (outcome.exitCode === 0 ? Infinity : outcome.exitCode)),
  );
  process.exitCode = Number.isFinite(exitCode) ? exitCode : exitCodes.good;
  if (flags.json === true) {
    const told = {
      schema: 'certstorm/comparison@1',
      baseline: first,
      candidates: outcomes,
      exitCode: process.exitCode,
    };
    process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
  } else {
    process.stdout.write(outcomes.map((outcome) => render(outcome, first, flags)).join('\n'));
  }
}

async function compareAll(first: string, others: string[], flags: CompareFlags): Promise<Outcome[]> {
  const candidates: { file: string; result: Result }[] = [];
  for (const file of others) candidates.push({ file, result: await readResult(resultIn(file)) });
  const outcomes: Outcome[] = [];
  for (const { file, result } of candidates) {
    const path = baselinePath(first, baselineKey(result));
    const baseline = await readBaseline(path);
    const { comparisons, notes } = compareWithBaseline(baseline, result, {
      file: path,
      settings: settingsOf(result, flags),
      noise: await readNoise(path),
      allowOtherMachine: flags.allowOtherMachine === true,
    });
    outcomes.push(outcomeOf(file, result, comparisons, notes));
  }
  return outcomes;
}

async function compareInside(file: string, flags: CompareFlags): Promise<Outcome> {
  const result = await readResult(resultIn(file));
  if (pairsOf(result).length === 0)
    throw new UsageError(
      `${file} is one result, and its scenario compares no variants: name a second result, or give the scenario a compare section`,
    );
  return outcomeOf(file, result, compareWithin(result, { settings: settingsOf(result, flags) }), []);
}

function outcomeOf(candidate: string, result: Result, comparisons: Comparison[], notes: string[]): Outcome {
  const invalid = result.valid
    ? []
    : [`the measurement of ${candidate} is not valid: ${result.invalidReasons[0] ?? ''}`];
  const nothing =
    comparisons.length === 0
      ? ['nothing was compared: the two have too few rounds or no metric in common']
      : [];
  const exitCode = !result.valid
    ? exitCodes.notValid
    : regressions(comparisons).length > 0
      ? exitCodes.regressed
      : comparisons.length === 0
        ? exitCodes.noBaseline
        : exitCodes.good;
  return { candidate, comparisons, notes: [...invalid, ...nothing, ...notes], exitCode };
}

function settingsOf(result: Result, { tolerance, metric, all }: CompareFlags): CompareSettings {
  const cohorts = [...new Set(result.variants.flatMap(({ cohorts }) => cohorts.map(({ name }) => name)))];
  const known = roundMetricNames(cohorts);
  for (const name of metric) {
    const found = findRoundMetric(name);
    if (found === undefined || !known.includes(found.name))
      throw new UsageError(`rounds of this result have no metric '${name}': they have ${known.join(', ')}`);
  }
  const settings = compareSettings(result);
  const gate =
    metric.length === 0 ? settings.gate : metric.map((name) => findRoundMetric(name)?.name ?? name);
  const also = (all === true ? known : settings.also).filter((name) => !gate.includes(name));
  // A tolerance on the command line is meant for everything that is compared.
  return { ...settings, gate, also, ...(tolerance === undefined ? {} : { tolerance, tolerances: {} }) };
}

/** A run's folder stands for its result. */
function resultIn(path: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? join(path, 'result.json') : path;
}

/** A table of everything, then in words what got slower, what got faster, and what gates and could not be told. */
function render({ candidate, comparisons, notes }: Outcome, baseline: string, { all }: CompareFlags): string {
  const { color, width } = terminalStyle(process.stdout);
  const lines = comparisons
    .filter(
      ({ verdict, gated }) =>
        verdict === 'slower' || verdict === 'faster' || (verdict === 'inconclusive' && gated === true),
    )
    .map(
      (comparison) =>
        `${glyphs[comparisonTone(comparison)]} ${neutralise(describeComparison(comparison), 400)}`,
    );
  const corrections = [
    ...new Set(
      comparisons.map(
        ({ correction, confidence }) => `${correction}, ${Number((confidence * 100).toFixed(3))} %`,
      ),
    ),
  ];
  const closer =
    regressions(comparisons).length > 0 && all !== true
      ? [`look closer: certstorm compare ${baseline === candidate ? '' : `${baseline} `}${candidate} --all`]
      : [];
  const heading = comparisons.some(({ paired }) => paired === true)
    ? candidate
    : `${candidate} against ${baseline}`;
  return `${[
    heading,
    ...(comparisons.length > 0 ? comparisonTable(comparisons, paint(color), Math.max(72, width)) : []),
    ...lines,
    ...notes.map((note) => `${glyphs.warning} ${neutralise(note, 600)}`),
    ...closer,
    ...(corrections.length > 0 ? [`  (${corrections.join('; ')})`] : []),
  ].join('\n')}\n`;
}
