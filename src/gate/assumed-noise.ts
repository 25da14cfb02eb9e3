import { type RunNoise, trimmedMean } from '../stats/index.ts';

/** Two runs on the quietest machine: the memory layout and the compiler's choices of a process alone make so much. */
const leastSd = 0.01;
/**
 * A machine that swings from round to round swings from run to run as well. On a shared virtual machine blocks of twelve rounds of one and
 * the same broker differed by 2.7 % (SD) where single rounds did by 6.5 %; `npm run bench:gate` prints both for recorded runs.
 */
const shareOfRoundSd = 0.42;
/** A reference variant takes that out, and leaves what processes differ by. */
const referencedShare = 0.15;
const degrees = 30;

/**
 * What two runs of one and the same thing are taken to differ by where nobody has measured it with `certstorm calibrate`, going by how
 * much their rounds differ.
 */
export function assumedRunNoise(series: readonly (readonly number[])[], referenced: boolean): RunNoise {
  const sds = series.map((values) => {
    const location = trimmedMean(values.map(Math.log));
    return location === null ? 0 : location.error * Math.sqrt(values.length);
  });
  const roundSd = Math.max(0, ...sds);
  return { sd: Math.max(leastSd, (referenced ? referencedShare : shareOfRoundSd) * roundSd), degrees };
}
