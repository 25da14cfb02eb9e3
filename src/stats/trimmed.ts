/** Where the middle of some values lies, how far off it may be, and how much is known of that. */
export type Location = {
  estimate: number;
  /** Standard error of the estimate. */
  error: number;
  /** Degrees of freedom of the standard error. */
  degrees: number;
};

/** Share of the values that is cut off at each end: with ten rounds the best and the worst. */
export const trimmedShare = 0.1;

/** From here on Student is the normal distribution, to every digit that anyone reads. */
const mostDegrees = 1e6;

/**
 * Trimmed mean with the standard error of Tukey and McLaughlin (1963), from the winsorised deviations. One round that another program
 * disturbed moves it little, and no round has to be left out by hand. Below ten values nothing is cut, and it is the plain mean.
 *
 * @returns null for fewer than two values.
 */
export function trimmedMean(values: readonly number[], share = trimmedShare): Location | null {
  const n = values.length;
  const cut = Math.floor(share * n);
  const kept = n - 2 * cut;
  if (kept < 2) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[cut] ?? 0;
  const high = sorted[n - cut - 1] ?? 0;
  const estimate = sorted.slice(cut, n - cut).reduce((sum, value) => sum + value, 0) / kept;
  const winsorised = sorted.map((value) => Math.min(high, Math.max(low, value)));
  const middle = winsorised.reduce((sum, value) => sum + value, 0) / n;
  const squares = winsorised.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return { estimate, error: Math.sqrt(squares / (kept * (kept - 1))), degrees: kept - 1 };
}

/** Independent sources of error added up; the degrees of freedom after Welch and Satterthwaite. */
export function addErrors(parts: readonly Pick<Location, 'error' | 'degrees'>[]): {
  error: number;
  degrees: number;
} {
  const variance = parts.reduce((sum, { error }) => sum + error ** 2, 0);
  if (variance === 0)
    return { error: 0, degrees: Math.min(mostDegrees, ...parts.map(({ degrees }) => degrees)) };
  const fourth = parts.reduce((sum, { error, degrees }) => sum + error ** 4 / degrees, 0);
  return { error: Math.sqrt(variance), degrees: Math.min(mostDegrees, Math.max(1, variance ** 2 / fourth)) };
}
