import type { Comparison, Result } from '../result/schema.ts';
import { BaselineError } from './baseline-error.ts';
import { compareSides } from './compare.ts';
import type { CompareSettings } from './compare-settings.ts';
import { percent } from './comparison-words.ts';
import { fewestRounds, machineFactor, matchVariants, misfits, wholeRounds } from './fit.ts';
import type { Noise } from './noise.ts';

export type AgainstBaseline = {
  /** What sentences call the baseline: its file. */
  file: string;
  settings: CompareSettings;
  noise: Noise | null;
  allowOtherMachine: boolean;
  level?: number;
};

/** Comparisons, and what a reader should know of them: variants that the baseline lacks, figures that had to be converted. */
export type Compared = { comparisons: Comparison[]; notes: string[] };

/**
 * Holds a result against an earlier one of the same scenario, variant by variant.
 *
 * @throws BaselineError `baseline-unfit` when it is no baseline for this candidate.
 */
export function compareWithBaseline(
  baseline: Result,
  candidate: Result,
  { file, settings, noise, allowOtherMachine, level }: AgainstBaseline,
): Compared {
  const found = misfits(baseline, candidate);
  const barring = found.filter(({ about }) => !(allowOtherMachine && about === 'environment'));
  if (barring.length > 0) {
    const environment = barring.every(({ about }) => about === 'environment');
    const mend = environment
      ? 'measure a baseline here with --save-baseline, or convert this one by the calibration with --allow-other-machine'
      : 'measure a new one with --save-baseline';
    throw new BaselineError(
      'baseline-unfit',
      `${file} is no baseline for this result: ${barring.map(({ reason }) => reason).join('; ')}. ${capital(mend)}.`,
    );
  }
  const elsewhere = found.length > 0;
  const converted = elsewhere ? machineFactor(baseline.environment, candidate.environment) : null;
  if (elsewhere && converted === null)
    throw new BaselineError(
      'baseline-unfit',
      `${file} is of another machine and has no calibration in common with this one, so nothing converts the one into the other.`,
    );
  const notes: string[] = [];
  if (converted !== null && settings.reference === undefined)
    notes.push(
      `the baseline is of another machine or runtime (${found.map(({ reason }) => reason).join('; ')}): its times were multiplied by ${converted.factor.toFixed(3)}, as the calibration of both says, and the interval holds how far its parts disagree`,
    );
  const when = baseline.startedAt.slice(0, 16).replace('T', ' ');
  const reference = referenceOf(baseline, candidate, settings.reference);
  if (settings.reference !== undefined && reference === undefined)
    notes.push(
      `the reference variant '${settings.reference}' is not in both results, so what the machine does from run to run stays in the figures`,
    );
  const pairs = matchVariants(baseline, candidate).filter(
    ([, { name }]) => name !== reference?.candidate.name,
  );
  const comparisons = pairs.flatMap(([before, after]) => {
    if (wholeRounds(before) < fewestRounds || wholeRounds(after) < fewestRounds) {
      notes.push(
        `variant '${after.name}' has ${wholeRounds(before)} whole rounds in the baseline and ${wholeRounds(after)} here, and an interval takes ${fewestRounds} of each: it is not compared`,
      );
      return [];
    }
    return compareSides(
      { name: `${before.name} of ${when}`, variant: before },
      { name: after.name, variant: after },
      {
        settings,
        paired: false,
        noise,
        ...(level === undefined ? {} : { level }),
        ...(reference === undefined ? {} : { reference }),
        // A reference has been through the same machines, and needs no converting.
        ...(converted === null || reference !== undefined ? {} : { otherMachine: converted }),
      },
    );
  });
  const blunt = comparisons.filter(({ toleranceAsked }) => toleranceAsked !== undefined);
  const [worst] = blunt.toSorted((a, b) => (b.tolerance ?? 0) - (a.tolerance ?? 0));
  if (worst !== undefined) notes.push(bluntNote(worst, blunt.length, settings.reference !== undefined));
  for (const { name } of candidate.variants) {
    if (name !== reference?.candidate.name && !pairs.some(([, after]) => after.name === name))
      notes.push(`variant '${name}' is not in the baseline and is not compared`);
  }
  return { comparisons, notes };
}

/** That a slowdown which was to fail the run no longer does is worth a sentence of its own. */
function bluntNote(
  { metric, tolerance = 0, toleranceAsked = 0 }: Comparison,
  metrics: number,
  referenced: boolean,
): string {
  const others = metrics > 1 ? ` (and ${metrics - 1} more)` : '';
  const mend = referenced
    ? 'a quieter machine'
    : 'a reference variant (compare.reference) or a quieter machine';
  return `runs of this machine differ so much that ${metric}${others} has a tolerance of ${percent(tolerance)} in place of the ${percent(toleranceAsked)} asked for: a smaller slowdown goes unnoticed; ${mend} would make it narrower`;
}

function referenceOf(baseline: Result, candidate: Result, name: string | undefined) {
  const [before, after] = [baseline, candidate].map(({ variants }) =>
    variants.find((variant) => variant.name === name),
  );
  return before === undefined || after === undefined ? undefined : { baseline: before, candidate: after };
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
