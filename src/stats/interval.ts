import { mean, probit, sampleStandardDeviation } from 'simple-statistics';
import { twoSidedT } from './student-t.ts';

/** An estimate with the bounds that hold the true value with this probability. */
export type Interval = { estimate: number; low: number; high: number; confidence: number };

/**
 * Student's t interval of a mean. The values must be summaries of rounds: single attempts within a round are not independent of one
 * another, and an interval over them would be far too narrow.
 *
 * @returns null for fewer than two values: one round says nothing about the spread between rounds.
 */
export function meanInterval(values: readonly number[], confidence = 0.95): Interval | null {
  if (values.length < 2) return null;
  const estimate = mean([...values]);
  const error = sampleStandardDeviation([...values]) / Math.sqrt(values.length);
  const margin = twoSidedT(values.length - 1, confidence) * error;
  return { estimate, low: estimate - margin, high: estimate + margin, confidence };
}

/**
 * Wilson's score interval of a proportion: it stays within 0 and 1 and says something useful for 0 of n, where the textbook interval
 * has no width (Wilson 1927; Brown, Cai and DasGupta 2001).
 *
 * @throws RangeError unless 0 ≤ successes ≤ trials.
 * @returns null for no trials.
 */
export function wilson(successes: number, trials: number, confidence = 0.95): Interval | null {
  if (!(successes >= 0 && successes <= trials))
    throw new RangeError(`${successes} of ${trials} is no proportion`);
  if (trials === 0) return null;
  const z = normalQuantile(confidence);
  const estimate = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const centre = (estimate + (z * z) / (2 * trials)) / shrink;
  const margin =
    (z / shrink) * Math.sqrt((estimate * (1 - estimate)) / trials + (z * z) / (4 * trials * trials));
  // At 0 and n the bound is exactly the end of the scale; rounding must not put it beside.
  const low = successes === 0 ? 0 : Math.max(0, centre - margin);
  const high = successes === trials ? 1 : Math.min(1, centre + margin);
  return { estimate, low, high, confidence };
}

/** simple-statistics' `probit` is an approximation good to 4.5e-4; two Newton steps on the normal integral make it exact enough. */
function normalQuantile(confidence: number): number {
  const p = (1 + confidence) / 2;
  let z = probit(p);
  for (let step = 0; step < 3; step += 1) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    z -= (normalIntegral(z) - p) / density;
  }
  return z;
}

/** Φ(z) by the series of Marsaglia (2004), to double precision for |z| < 6. */
function normalIntegral(z: number): number {
  let sum = z;
  let term = z;
  for (let i = 3; i < 200; i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
