import type { Recording } from '../metrics/recording.ts';
import { agreementShare } from '../result/cpu-sources-schema.ts';
import { isOpenModel } from '../scenario/load-models.ts';
import type { LoadPlan } from '../scenario/plan.ts';
import { auditGenerator } from './audit-generator.ts';
import { compareSources } from './cpu-sources.ts';
import { auditKernel, type KernelWitness } from './kernel-counters.ts';
import type { MeasuredRound } from './measured-round.ts';

/** Share of the arrivals that may be missed before the open model is no longer what was asked for. */
export const missedShare = 0.01;
/** Milliseconds: beyond these the schedule was not kept, and response times say more about the generator than about the target. */
const scheduleErrorLimit = { p50: 10, p99: 250 };
/** Share of one core that a storm worker may use in an open model. */
export const busyShare = 0.95;

/**
 * Reasons why a round does not measure its target: the generator was the limit, something of ours failed, or two sources disagree.
 * Each is a sentence that names the round and what to do.
 */
export function auditRound(
  measured: MeasuredRound,
  load: LoadPlan,
  workers: number,
  place: string,
  witness: KernelWitness = { brokerSaw: undefined, manySources: true },
): string[] {
  const { storm } = measured;
  const reasons = storm.lostWorkers.map(
    ({ worker, reason }) =>
      `${place}: storm worker ${worker + 1} was lost (${reason}); what it had measured is kept`,
  );
  if (measured.targetDied && measured.interruption !== null)
    reasons.push(`${place}: ${measured.interruption}`);
  if (!measured.targetDied && (measured.before === null || measured.after === null)) {
    reasons.push(`${place}: the broker is alive but did not answer when it was asked for its figures`);
  }
  reasons.push(...measured.troubles.map((trouble) => `${place}: ${trouble}`));
  reasons.push(...localErrors(storm.recording, place));
  if (isOpenModel(load.model)) reasons.push(...checkArrivals(measured, load, workers, place));
  reasons.push(...auditGenerator(storm, workers, place));
  if (measured.kernel !== undefined) reasons.push(...auditKernel(measured.kernel, witness, place));
  reasons.push(...compareCpu(measured, place));
  return reasons;
}

function checkArrivals({ storm }: MeasuredRound, load: LoadPlan, workers: number, place: string): string[] {
  const reasons: string[] = [];
  const { scheduled, missedArrivals } = storm.recording;
  if (missedArrivals > scheduled * missedShare) {
    reasons.push(
      `${place}: ${missedArrivals} of ${scheduled} arrivals were missed, because ${load.maxInFlight} attempts were in flight already ` +
        'or every identity of a cohort was busy: lower load.rate, or raise load.maxInFlight and corpus.identities',
    );
  }
  const { p50, p99 } = storm.generator.scheduleErrorMs;
  if (p50 > scheduleErrorLimit.p50 || p99 > scheduleErrorLimit.p99) {
    reasons.push(
      `${place}: attempts started late (half of them by more than ${p50.toFixed(1)} ms, 1 % by more than ${p99.toFixed(0)} ms): ` +
        'lower load.rate, or leave the machine to this run',
    );
  }
  const busy =
    (storm.generator.cpuUserMs + storm.generator.cpuSystemMs) / Math.max(1, storm.elapsedMs * workers);
  if (busy > busyShare) {
    reasons.push(
      `${place}: the generator used ${Math.round(busy * 100)} % of its cores, so it was the limit and not the target: ` +
        'lower load.rate, or give it more cores',
    );
  }
  return reasons;
}

function localErrors(recording: Recording, place: string): string[] {
  const counts = new Map<string, number>();
  for (const cohort of recording.cohorts) {
    for (const { kind, detail, count } of cohort.outcomes) {
      if (kind === 'local-error') counts.set(detail, (counts.get(detail) ?? 0) + count);
    }
  }
  return [...counts].map(([detail, count]) => {
    const mend = detail.includes('EMFILE') ? ': raise the limit on open files with `ulimit -n 4096`' : '';
    return `${place}: ${count} attempts failed on the generator's own side (${detail})${mend}`;
  });
}

/** Milliseconds: below this a round is too short to tell a source that is wrong from one that is read a moment later. */
const leastApartMs = 60;

/** Two sources that say more than a twentieth apart: one of them is wrong. */
function compareCpu({ before, after, services }: MeasuredRound, place: string): string[] {
  const parties = [
    { who: 'broker', before: before?.cpu, after: after?.cpu },
    ...services.after.map(({ service, cpu }) => ({
      who: service === 'database' ? service : `${service} service`,
      before: services.before.find((each) => each.service === service)?.cpu,
      after: cpu,
    })),
  ];
  return parties.flatMap(({ who, ...pair }) => {
    const sources = compareSources([pair]);
    if (sources === undefined) return [];
    const { used, other, usedMs, otherMs, grainMs } = sources;
    const apart = Math.max(leastApartMs, grainMs) + usedMs * agreementShare;
    if (Math.abs(usedMs - otherMs) <= apart) return [];
    return [
      `${place}: the CPU of the ${who} is ${usedMs.toFixed(0)} ms by ${used} and ${otherMs.toFixed(0)} ms by ${other}: one of them is wrong, ` +
        'so the cost per attempt cannot be relied on',
    ];
  });
}
