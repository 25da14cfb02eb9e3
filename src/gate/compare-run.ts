import type { Comparison, Result } from '../result/schema.ts';
import { compareWithBaseline } from './against-baseline.ts';
import { BaselineError } from './baseline-error.ts';
import { compareWithin } from './compare.ts';
import { compareSettings } from './compare-settings.ts';
import type { Noise } from './noise.ts';

/** The baseline that a run was asked to be held against: read, or why it could not be. */
export type BaselineOfRun =
  | { file: string; result: Result; noise: Noise | null; allowOtherMachine: boolean }
  | { file: string; problem: string };

export type RunComparison = {
  comparisons: Comparison[];
  notes: string[];
  /** Why the baseline can't be used. */
  noBaseline?: string;
};

/** Everything that a run is compared by: variants within it, and the whole against a stored baseline. */
export function compareRun(
  result: Result,
  baseline: BaselineOfRun | undefined,
  level?: number,
): RunComparison {
  const settings = compareSettings(result);
  const looked = level === undefined ? {} : { level };
  const within = compareWithin(result, { settings, ...looked });
  if (baseline === undefined) return { comparisons: within, notes: [] };
  if ('problem' in baseline) return { comparisons: within, notes: [], noBaseline: baseline.problem };
  try {
    const { file, noise, allowOtherMachine } = baseline;
    const options = { file, settings, noise, allowOtherMachine, ...looked };
    const stored = compareWithBaseline(baseline.result, result, options);
    return { comparisons: [...within, ...stored.comparisons], notes: stored.notes };
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    return { comparisons: within, notes: [], noBaseline: error.message };
  }
}

/** Whether a run may end: there is something that gates, and every bit of it is decided. */
export function isDecided(comparisons: readonly Comparison[]): boolean {
  const gated = comparisons.filter((comparison) => comparison.gated === true);
  return gated.length > 0 && gated.every(({ verdict }) => verdict !== 'inconclusive');
}
