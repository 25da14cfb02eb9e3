import { afterRounds, type Effect, ratioInterval } from './effect.ts';
import type { Interval } from './interval.ts';

export type RatioVerdict = 'faster' | 'same' | 'slower' | 'inconclusive';

/** More rounds than this are not worth proposing. */
const mostRounds = 10_000;

/**
 * `slower`: there is a difference for sure (the whole interval lies above 1), and it is larger than the smallest one worth failing for.
 * `faster` is its mirror. `same`: the whole interval lies within the tolerance, whether or not there is some difference. Else
 * `inconclusive`: the rounds can't say which of these it is. No ratio can be both slower and same.
 *
 * @param tolerance 0.05 for 5 %; downwards it ends at 1 / 1.05, so that exchanging the two sides exchanges the verdicts.
 */
export function ratioVerdict({ estimate, low, high }: Interval, tolerance: number): RatioVerdict {
  const most = 1 + tolerance;
  if (low > 1 && estimate > most) return 'slower';
  if (high < 1 && estimate < 1 / most) return 'faster';
  return low >= 1 / most && high <= most ? 'same' : 'inconclusive';
}

/**
 * About how many rounds, of each side, would turn `inconclusive` into one of the others, if the effect is what it seems and the rounds to
 * come spread as those measured did.
 *
 * @returns the rounds there are when it is decided; null when no number up to 10,000 would do, for example because runs differ too much
 * among themselves.
 */
export function roundsForVerdict(effect: Effect, tolerance: number, confidence: number): number | null {
  const decides = (rounds: number) =>
    ratioVerdict(ratioInterval(afterRounds(effect, rounds), confidence), tolerance) !== 'inconclusive';
  if (decides(effect.rounds)) return effect.rounds;
  if (!decides(mostRounds)) return null;
  let low = effect.rounds;
  let high = mostRounds;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decides(middle)) high = middle;
    else low = middle;
  }
  return high;
}
