import type { Interval } from './interval.ts';
import { twoSidedP, twoSidedT } from './student-t.ts';
import { addErrors, type Location, trimmedMean } from './trimmed.ts';

/** How much larger one series of rounds is than another, on the log scale, where 2× and ½× are equally far from 1. */
export type Effect = Location & {
  /** The part of `error` that further rounds make smaller, and the rounds that it comes from. */
  perRound: Location;
  rounds: number;
  /** The part that they don't: what two runs of one and the same thing differ by. */
  betweenRuns: { error: number; degrees: number };
};

/** Spread of the log of a figure between runs of one and the same thing; `degrees` of what it was estimated from. */
export type RunNoise = { sd: number; degrees: number };

/**
 * Round i of the one beside round i of the other, so that the machine's drift cancels: the trimmed mean of the logs of the ratios.
 *
 * @returns null for fewer than two pairs, or where a value is not positive.
 */
export function pairedEffect(baseline: readonly number[], candidate: readonly number[]): Effect | null {
  const pairs = Math.min(baseline.length, candidate.length);
  const logs = Array.from({ length: pairs }, (_, i) => Math.log((candidate[i] ?? 0) / (baseline[i] ?? 0)));
  const perRound = logs.every(Number.isFinite) ? trimmedMean(logs) : null;
  if (perRound === null) return null;
  return {
    ...perRound,
    perRound,
    rounds: pairs,
    betweenRuns: { error: 0, degrees: Number.POSITIVE_INFINITY },
  };
}

/**
 * Rounds of two runs at different times: the difference of two trimmed means of logs (Yuen and Welch), with what runs differ by among
 * themselves added to its error, for no number of rounds within a run takes that away.
 *
 * @returns null for fewer than two rounds of either, or where a value is not positive.
 */
export function unpairedEffect(
  baseline: readonly number[],
  candidate: readonly number[],
  noise: RunNoise,
): Effect | null {
  const [one, other] = [baseline, candidate].map((values) => {
    const logs = values.map(Math.log);
    return logs.every(Number.isFinite) ? trimmedMean(logs) : null;
  });
  if (one == null || other == null) return null;
  const estimate = other.estimate - one.estimate;
  const perRound = { estimate, ...addErrors([one, other]) };
  const betweenRuns = { error: Math.SQRT2 * noise.sd, degrees: noise.degrees };
  const rounds = Math.min(baseline.length, candidate.length);
  return { estimate, ...addErrors([perRound, betweenRuns]), perRound, rounds, betweenRuns };
}

/** The ratio with its interval. */
export function ratioInterval({ estimate, error, degrees }: Location, confidence: number): Interval {
  const margin = error === 0 ? 0 : twoSidedT(degrees, confidence) * error;
  return {
    estimate: Math.exp(estimate),
    low: Math.exp(estimate - margin),
    high: Math.exp(estimate + margin),
    confidence,
  };
}

/** Probability of an effect at least this large, either way, if there were none. */
export function effectP({ estimate, error, degrees }: Location): number {
  if (error === 0) return estimate === 0 ? 1 : 0;
  return twoSidedP(estimate / error, degrees);
}

/** What the same effect would look like after another number of rounds that spread as those did. */
export function afterRounds({ perRound, rounds, betweenRuns, estimate }: Effect, wanted: number): Location {
  const more = {
    error: perRound.error * Math.sqrt(rounds / wanted),
    degrees: Math.max(1, (perRound.degrees + 1) * (wanted / rounds) - 1),
  };
  return { estimate, ...(betweenRuns.error === 0 ? more : addErrors([more, betweenRuns])) };
}
