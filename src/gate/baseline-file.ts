import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readResult } from '../result/read.ts';
import { ResultError } from '../result/result-error.ts';
import type { Result } from '../result/schema.ts';
import { BaselineError } from './baseline-error.ts';
import type { BaselineKey } from './fit.ts';
import { type Noise, noiseSchema } from './noise.ts';

/**
 * Where the baseline for this key lies: a file is that file, a run's folder its result.json, and any other folder (or a path that ends in
 * a slash) holds one file for each scenario, class of machine and runtime.
 */
export function baselinePath(path: string, key: BaselineKey): string {
  const isFolder = path.endsWith('/') || (existsSync(path) && statSync(path).isDirectory());
  if (!isFolder) return path;
  const ofRun = join(path, 'result.json');
  return existsSync(ofRun) ? ofRun : join(path, `${fileNameOf(key)}.json`);
}

function fileNameOf({ scenario, machine, runtime }: BaselineKey): string {
  return [scenario, machine, runtime].map((part) => part.replaceAll(/[^\w.]+/g, '-')).join('+');
}

/** Beside the baseline: `main.json` → `main.noise.json`. */
export function noisePath(baseline: string): string {
  return `${baseline.replace(/\.json$/, '')}.noise.json`;
}

/** Reads a baseline. Throws BaselineError with the reason, whatever is wrong with the file. */
export async function readBaseline(file: string): Promise<Result> {
  try {
    return await readResult(file);
  } catch (error) {
    if (!(error instanceof ResultError)) throw error;
    const code = error.code === 'result-missing' ? 'baseline-missing' : 'baseline-unreadable';
    const mend =
      error.code === 'result-missing'
        ? ' A first one is made with `certstorm run … --save-baseline FILE`.'
        : '';
    throw new BaselineError(code, `There is no usable baseline: ${error.message}${mend}`, { cause: error });
  }
}

/** What `certstorm calibrate` wrote beside this baseline; null where it was never run. Throws BaselineError when it can't be read. */
export async function readNoise(baseline: string): Promise<Noise | null> {
  const file = noisePath(baseline);
  if (!existsSync(file)) return null;
  const why = (reason: string, cause: unknown) =>
    new BaselineError(
      'noise-unreadable',
      `${file} can't be used as the noise of this machine (${reason}): delete it, or measure it again with certstorm calibrate.`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw why(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = noiseSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw why(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not in its form'}`, parsed.error);
}

/** The result without what no comparison needs (histograms, timelines): small enough to be kept in a repository. */
export function slimResult(result: Result): Result {
  return {
    ...result,
    variants: result.variants.map((variant) => ({
      ...variant,
      cohorts: variant.cohorts.map((cohort) => ({ ...cohort, histograms: {} })),
      rounds: variant.rounds.map((round) => ({
        ...round,
        timeline: {
          intervalMs: round.timeline.intervalMs,
          cohorts: [],
          // The peak of the resident set is compared too.
          ...(round.timeline.target === undefined
            ? {}
            : { target: { atMs: [], cpuMs: [], rssMiB: [Math.max(0, ...round.timeline.target.rssMiB)] } }),
        },
      })),
    })),
  };
}
