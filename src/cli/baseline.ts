import { dirname } from 'node:path';
import { BaselineError } from '../gate/baseline-error.ts';
import { baselinePath, readBaseline, readNoise, slimResult } from '../gate/baseline-file.ts';
import type { BaselineOfRun } from '../gate/compare-run.ts';
import { baselineKey, fewestRounds, wholeRounds } from '../gate/fit.ts';
import { type Environment, type Result, wasLeftOut } from '../result/index.ts';
import { serialiseResult, writeFileAtomically } from '../result/write.ts';
import { prepareOutput } from '../run/output.ts';
import { UsageError } from './usage-error.ts';

export type BaselineFlags = {
  baseline?: string;
  saveBaseline?: string;
  updateBaseline?: true;
  allowOtherMachine?: true;
};

/** Makes sure that a baseline can be written at the end, before anything is measured for it. */
export function prepareBaseline({ baseline, saveBaseline, updateBaseline }: BaselineFlags): void {
  if (updateBaseline === true && baseline === undefined)
    throw new UsageError('--update-baseline needs --baseline FILE, the file that is to be updated');
  for (const path of [saveBaseline, updateBaseline === true ? baseline : undefined]) {
    if (path !== undefined) prepareOutput(path.endsWith('/') ? path : dirname(path));
  }
}

/** The baseline that the flags name, for a run of this scenario here; a first one that is still to be made is none at all. */
export async function baselineFor(
  { baseline, updateBaseline, allowOtherMachine }: BaselineFlags,
  scenario: { name: string },
  environment: Environment,
): Promise<BaselineOfRun | undefined> {
  if (baseline === undefined) return undefined;
  const file = baselinePath(baseline, baselineKey({ scenario, environment }));
  try {
    const result = await readBaseline(file);
    return { file, result, noise: await readNoise(file), allowOtherMachine: allowOtherMachine === true };
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    if (error.code === 'baseline-missing' && updateBaseline === true) return undefined;
    return { file, problem: error.message };
  }
}

/** Writes the baselines that the flags ask for, and tells where, or why not. */
export function keepBaselines(
  result: Result,
  { baseline, saveBaseline, updateBaseline }: BaselineFlags,
): string[] {
  const wanted = [saveBaseline, updateBaseline === true ? baseline : undefined].filter(
    (path) => path !== undefined,
  );
  if (wanted.length === 0) return [];
  const against = whyNot(result, saveBaseline === undefined);
  if (against !== undefined) return [`no baseline was written: ${against}`];
  return [...new Set(wanted)].map((path) => {
    const file = baselinePath(path, baselineKey(result));
    writeFileAtomically(file, serialiseResult(slimResult(result)));
    return `baseline: ${file}`;
  });
}

/** A baseline is what later runs are trusted by. A regression may be kept on purpose (`--save-baseline`), and never by updating. */
function whyNot({ valid, interrupted, variants, verdict }: Result, updating: boolean): string | undefined {
  if (interrupted) return 'the run was stopped before its end';
  if (!valid) return 'the measurement is not valid';
  if (verdict.word === 'false verdicts') return 'there were false verdicts';
  const played = variants.filter((variant) => !wasLeftOut(variant));
  if (played.some((variant) => variant.failure !== undefined)) return 'a variant could not be measured';
  if (played.some((variant) => wholeRounds(variant) < fewestRounds))
    return `a baseline takes ${fewestRounds} rounds at least, twenty are better (--rounds 20)`;
  if (updating && verdict.exitCode !== 0) return `the run did not pass (${verdict.word})`;
  return undefined;
}
