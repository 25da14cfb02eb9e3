import { evaluateThresholds } from '../gate/thresholds.ts';
import type { Recording } from '../metrics/recording.ts';
import type { Limit, RoundResult, VariantResult } from '../result/schema.ts';
import { limits } from '../scenario/limits.ts';
import type { VariantPlan } from '../scenario/plan.ts';
import type { RoundRecording } from '../storm/order.ts';
import { LimitSearch } from '../storm/schedules/limit-search.ts';
import { accounting, describeCohort } from './assemble.ts';
import { busyShare, missedShare } from './audit.ts';

export type FoundLimit = {
  limit: Limit;
  /** Why the search says nothing about the target, a sentence; undefined where it does. */
  trouble: string | undefined;
};

/**
 * Tries rates until it knows the highest that meets the plan's objective. `play` storms at a rate for the length of a round. Ends early
 * when `signal` fires, and when the generator is at its end before the target is.
 */
export async function findLimit(
  variant: VariantPlan,
  play: (rate: number) => Promise<RoundRecording>,
  workers: number,
  signal: AbortSignal,
): Promise<FoundLimit> {
  const { objective = '', precision = 0.1, rate: from } = variant.load;
  const search = new LimitSearch(from, limits.rate, precision);
  const probes: Limit['probes'] = [];
  let trouble: string | undefined;
  for (let rate = search.next; rate !== undefined && !signal.aborted; rate = search.next) {
    const storm = await play(rate);
    const { observed, met } = judgeProbe(variant, storm, objective);
    const floodRate = floodRateOf(variant, storm);
    probes.push({
      rate,
      met,
      observed,
      attempts: storm.recording.started,
      ...(floodRate > 0 && { floodRate }),
    });
    const { cpuUserMs, cpuSystemMs } = storm.generator;
    const busy = (cpuUserMs + cpuSystemMs) / Math.max(1, storm.elapsedMs * workers);
    search.tell(rate, met);
    if (busy <= busyShare) continue;
    trouble = `the generator used ${Math.round(busy * 100)} % of its cores at ${rate.toFixed(0)} attempts a second: the limit found may be its own`;
    break;
  }
  const { low, high } = search;
  return { limit: { objective, low, ...(high === Infinity ? {} : { high }), probes }, trouble };
}

/** Unwelcome clients a second, from when those have connected who are to be there already. */
function floodRateOf({ cohorts, load }: VariantPlan, { recording }: RoundRecording): number {
  const flood = cohorts.reduce(
    (sum, { expect }, index) =>
      expect.outcome.startsWith('reject') ? sum + (recording.cohorts[index]?.started ?? 0) : sum,
    0,
  );
  return (1000 * flood) / load.durationMs;
}

/** A rate whose arrivals are missed is not one that the target bears, whatever those that were not missed say. */
function judgeProbe(
  variant: VariantPlan,
  storm: RoundRecording,
  objective: string,
): { observed: number | null; met: boolean } {
  const { recording } = storm;
  const [told] = evaluateThresholds([objective], [resultOf(variant, storm)]);
  const missed = recording.missedArrivals > recording.scheduled * missedShare;
  const met = told?.passed === true && !missed && !victimsLost(variant, recording);
  return { observed: told?.observed ?? null, met };
}

/** Share of the welcome clients beside a flood that may be turned away before they count as lost. */
const lostShare = 0.01;

/** Beside a flood a rate is none that the target bears when it costs somebody a session, or turns good clients away. */
function victimsLost({ cohorts }: VariantPlan, { cohorts: recorded }: Recording): boolean {
  if (!cohorts.some(({ expect }) => expect.outcome.startsWith('reject'))) return false;
  let attempts = 0;
  let lost = 0;
  for (const [index, { expect }] of cohorts.entries()) {
    const cohort = recorded[index];
    if (expect.outcome !== 'accept' || cohort === undefined) continue;
    if ((cohort.sessions?.cut ?? 0) > 0) return true;
    const accepted = cohort.outcomes.find(({ kind }) => kind === 'accepted')?.count ?? 0;
    attempts += cohort.started;
    lost += cohort.started - accepted;
  }
  return lost > attempts * lostShare;
}

/** As much of a result as a metric of cohorts reads. */
function resultOf(variant: VariantPlan, { recording, elapsedMs, startedAt }: RoundRecording): VariantResult {
  const generator = { missedArrivals: recording.missedArrivals };
  const round: RoundResult = {
    index: 0,
    order: 0,
    startedAt: new Date(startedAt).toISOString(),
    elapsedMs,
    complete: true,
    accounting: accounting(recording),
    target: {},
    generator,
    cohorts: [],
    timeline: { intervalMs: recording.timeline.intervalMs, cohorts: [] },
  };
  return {
    name: variant.name,
    labels: variant.labels,
    rounds: [round],
    cohorts: variant.cohorts.map((plan, index) => describeCohort(plan, recording.cohorts[index], null)),
    target: { kind: variant.target.kind, version: '', address: '' },
    generator: { ...generator, workers: 0 },
    accounting: accounting(recording),
    corpus: { identities: 0, crlEntries: 0, crlBytes: 0 },
  };
}
