import { cellOf, highestTrackableUs, histogramCells, lowestValueOf } from './hdr-index.ts';
import { type LatencyName, latencyNames, type OutcomeKind, outcomeKinds } from './outcome.ts';
import {
  detailSlots,
  exact,
  histogramsPerCohort,
  openRecorder,
  type RecorderShape,
  type RecorderViews,
  readDetail,
} from './recorder-layout.ts';

/** How a cohort stands while its round goes on: counts, and the times until the target had decided, over the round so far. */
export type LiveCohort = {
  started: number;
  outcomes: Record<OutcomeKind, number>;
  /** Null where there was none yet. */
  authenticated: LiveLatency | null;
  rejected: LiveLatency | null;
};

/** Milliseconds, service time. */
export type LiveLatency = { count: number; sumMs: number; p50Ms: number; p99Ms: number };

/**
 * Read at any moment, from any thread, without asking the workers. What they record meanwhile may be in one figure and not yet in
 * another: for the eye, never for the result.
 */
export function readLive(buffers: readonly SharedArrayBuffer[], shape: RecorderShape): LiveCohort[] {
  const all = buffers.map((buffer) => openRecorder(buffer, shape));
  const kinds = all.map((views) =>
    Array.from({ length: detailSlots }, (_, slot) => readDetail(views, slot).kind),
  );
  return Array.from({ length: shape.cohorts }, (_, cohort) => ({
    started: all.reduce((sum, { started }) => sum + (started[cohort] ?? 0), 0),
    outcomes: outcomesOf(all, kinds, cohort),
    authenticated: latencyOf(all, cohort, 'authenticated'),
    rejected: latencyOf(all, cohort, 'rejected'),
  }));
}

function outcomesOf(
  all: readonly RecorderViews[],
  kinds: readonly (readonly number[])[],
  cohort: number,
): Record<OutcomeKind, number> {
  const sums = outcomeKinds.map(() => 0);
  for (const [worker, { outcomes }] of all.entries())
    for (let slot = 0; slot < detailSlots; slot++) {
      const kind = kinds[worker]?.[slot] ?? 0;
      sums[kind] = (sums[kind] ?? 0) + (outcomes[cohort * detailSlots + slot] ?? 0);
    }
  return Object.fromEntries(outcomeKinds.map((kind, index) => [kind, sums[index] ?? 0])) as Record<
    OutcomeKind,
    number
  >;
}

function latencyOf(all: readonly RecorderViews[], cohort: number, name: LatencyName): LiveLatency | null {
  const histogram = cohort * histogramsPerCohort + latencyNames.indexOf(name);
  const figure = (which: number): number[] =>
    all.map(({ exacts }) => exacts[histogram * exact.width + which] ?? 0);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  // A recorder writes a cell before the count, so there are cells for all that is counted here.
  const count = sum(figure(exact.count));
  if (count === 0) return null;
  const maxUs = Math.max(...figure(exact.max));
  const [p50Us = maxUs, p99Us = maxUs] = quantiles(all, histogram, maxUs, [0.5 * count, 0.99 * count]);
  return { count, sumMs: sum(figure(exact.sum)) / 1000, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000 };
}

/** For each rank, in ascending order, the highest value of the cell in which it falls. */
function quantiles(
  all: readonly RecorderViews[],
  histogram: number,
  maxUs: number,
  ranks: readonly number[],
): number[] {
  const first = histogram * histogramCells;
  const last = cellOf(Math.min(maxUs, highestTrackableUs));
  const found: number[] = [];
  let seen = 0;
  for (let cell = 0; cell <= last && found.length < ranks.length; cell++) {
    for (const { histograms } of all) seen += histograms[first + cell] ?? 0;
    while (found.length < ranks.length && seen >= (ranks[found.length] ?? Infinity))
      found.push(Math.min(maxUs, lowestValueOf(cell + 1) - 1));
  }
  return found;
}
