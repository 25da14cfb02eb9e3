import type { Comparison } from '../result/schema.ts';

/** `target.cpuMsPerAttempt of 'new' against 'old': slower, 1.12× (99 %: 1.08–1.17), beyond the tolerance of 5 %`. */
export function describeComparison(comparison: Comparison): string {
  const { metric, baseline, candidate, ratio, low, high, confidence, verdict } = comparison;
  const figures = `${times(ratio)}× (${percent(confidence)}: ${times(low)}–${times(high)})`;
  return `${metric} of '${candidate}' against '${baseline}': ${verdict}, ${figures}${because(comparison)}`;
}

function because(comparison: Comparison): string {
  const { verdict, tolerance, roundsToDecide, rounds } = comparison;
  if (tolerance === undefined) return '';
  switch (verdict) {
    case 'slower':
    case 'faster':
      return `, beyond the tolerance of ${percent(tolerance)}${widened(comparison)}`;
    case 'same':
      return `, within the tolerance of ${percent(tolerance)}${widened(comparison)}`;
    case 'inconclusive': {
      const had =
        rounds === undefined ? '' : `${Math.min(rounds.baseline, rounds.candidate)} rounds can't tell; `;
      return roundsToDecide == null
        ? `; ${had}no number of rounds would decide it at a tolerance of ${percent(tolerance)}${widened(comparison)}${whyNever(comparison)}`
        : `; ${had}about ${roundsToDecide} would decide it at a tolerance of ${percent(tolerance)}${widened(comparison)}`;
    }
  }
}

/** A gate that has become blind must say so, or it sleeps unnoticed. */
function widened({ toleranceAsked, betweenRunsSd }: Comparison): string {
  if (toleranceAsked === undefined || betweenRunsSd === undefined) return '';
  return `, widened from the ${percent(toleranceAsked)} asked for, because runs of this machine differ by ${percent(betweenRunsSd)} among themselves`;
}

function whyNever({ paired, betweenRunsSd, betweenRunsSource, reference }: Comparison): string {
  if (paired !== false || betweenRunsSd === undefined) return '';
  const noise = `, for runs differ by ${percent(betweenRunsSd)} among themselves (${betweenRunsSource ?? 'assumed'})`;
  const mends = [
    ...(reference === undefined ? ['a reference variant in both (compare.reference)'] : []),
    ...(betweenRunsSource === 'assumed' ? ['the noise of this machine (certstorm calibrate)'] : []),
  ];
  return mends.length === 0 ? noise : `${noise}: measure ${mends.join(' or ')}`;
}

/** Gated metrics that got worse. */
export function regressions(comparisons: readonly Comparison[]): Comparison[] {
  return comparisons.filter(({ gated, verdict }) => gated === true && verdict === 'slower');
}

/**
 * Why the run fails, if it does: each regression, what became faster beside it (a gain that was paid for elsewhere should be seen as one),
 * and the command that looks closer. Empty when nothing regressed.
 */
export function regressionReasons(comparisons: readonly Comparison[], lookCloser?: string): string[] {
  const worse = regressions(comparisons);
  if (worse.length === 0) return [];
  const pairs = new Set(worse.map(({ baseline, candidate }) => `${baseline}\n${candidate}`));
  const better = comparisons.filter(
    ({ baseline, candidate, verdict }) => verdict === 'faster' && pairs.has(`${baseline}\n${candidate}`),
  );
  return [
    ...worse.map(describeComparison),
    ...better.map((comparison) => `but ${describeComparison(comparison)}`),
    ...(lookCloser === undefined ? [] : [`look closer: ${lookCloser}`]),
  ];
}

function times(ratio: number): string {
  return ratio >= 10 ? ratio.toPrecision(3) : ratio.toFixed(3);
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(share > 0.99 ? 4 : 3))} %`;
}
