import type { BrokerTally } from '../broker/config.ts';
import { sourceBlock } from '../storm/source-address.ts';
import { probeSource } from '../targets/probe.ts';

/** What the broker itself counted for one cohort. */
export type BrokerCounts = {
  accepted: number;
  refusedAtTls: number;
  refusedAtConnect: number;
  /** Let in, and refused the first thing that it may not do. */
  refusedAtAuthorization: number;
  abandoned: number;
  causes: Record<string, number>;
};

/** Source of a connection that was reset before the broker could ask for its address: its client gave up, and counts it so. */
const unknownSource = 'unknown';

/**
 * Sorts the broker's tallies by cohort: every worker and cohort storms from a block of loopback addresses of its own, and the broker
 * counts by block. `strangers` are connections from any other block: somebody else is at the broker too.
 */
export function countByCohort(
  before: readonly BrokerTally[],
  after: readonly BrokerTally[],
  workers: number,
  cohorts: number,
): { cohorts: BrokerCounts[]; strangers: number } {
  const cohortOf = new Map<string, number>();
  for (let worker = 0; worker < workers; worker++) {
    for (let cohort = 0; cohort < cohorts; cohort++)
      cohortOf.set(sourceBlock(worker, cohort, cohorts), cohort);
  }
  const counts = Array.from({ length: cohorts }, emptyCounts);
  let strangers = 0;
  for (const { tally, count } of difference(before, after)) {
    const cohort = counts[cohortOf.get(tally.source) ?? -1];
    if (cohort !== undefined) add(cohort, tally, count);
    else if (tally.source !== unknownSource && tally.source !== probeSource) strangers += count;
  }
  return { cohorts: counts, strangers };
}

/** Connections that the broker came to a verdict on, or that gave up before it did. */
export function connectionsIn(cohorts: readonly BrokerCounts[]): number {
  const { accepted, refusedAtTls, refusedAtConnect, refusedAtAuthorization, abandoned } = sumCounts(cohorts);
  return accepted + refusedAtTls + refusedAtConnect + refusedAtAuthorization + abandoned;
}

/** Adds up the counts of several rounds. */
export function sumCounts(rounds: readonly BrokerCounts[]): BrokerCounts {
  const sum = emptyCounts();
  for (const counts of rounds) {
    sum.accepted += counts.accepted;
    sum.refusedAtTls += counts.refusedAtTls;
    sum.refusedAtConnect += counts.refusedAtConnect;
    sum.refusedAtAuthorization += counts.refusedAtAuthorization;
    sum.abandoned += counts.abandoned;
    for (const [cause, count] of Object.entries(counts.causes))
      sum.causes[cause] = (sum.causes[cause] ?? 0) + count;
  }
  return sum;
}

function emptyCounts(): BrokerCounts {
  return {
    accepted: 0,
    refusedAtTls: 0,
    refusedAtConnect: 0,
    refusedAtAuthorization: 0,
    abandoned: 0,
    causes: {},
  };
}

function add(counts: BrokerCounts, tally: BrokerTally, count: number): void {
  if (tally.verdict === 'accepted') counts.accepted += count;
  else if (tally.verdict === 'abandoned') counts.abandoned += count;
  else if (tally.layer === 'tls') counts.refusedAtTls += count;
  else if (tally.layer === 'authorization') counts.refusedAtAuthorization += count;
  else counts.refusedAtConnect += count;
  if (tally.verdict !== 'accepted') counts.causes[tally.cause] = (counts.causes[tally.cause] ?? 0) + count;
}

function difference(
  before: readonly BrokerTally[],
  after: readonly BrokerTally[],
): { tally: BrokerTally; count: number }[] {
  const key = (tally: BrokerTally) => `${tally.source} ${tally.verdict} ${tally.layer} ${tally.cause}`;
  const earlier = new Map(before.map((tally) => [key(tally), tally.count]));
  return after
    .map((tally) => ({ tally, count: tally.count - (earlier.get(key(tally)) ?? 0) }))
    .filter(({ count }) => count > 0);
}
