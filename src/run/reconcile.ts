import type { RefusalLayer } from '../broker/index.ts';
import type { OutcomeKind } from '../metrics/outcome.ts';
import type { CohortRecording, Recording } from '../metrics/recording.ts';
import type { BrokerCounts } from './broker-counts.ts';

/** The accounting identities of DESIGN: a sentence for each that does not hold. */
export function checkAccounting(recording: Recording, place: string): string[] {
  const reasons: string[] = [];
  const { scheduled, started, missedArrivals, finished, unfinished } = recording;
  if (scheduled !== started + missedArrivals) {
    reasons.push(
      `${place}: ${scheduled} attempts were scheduled, but ${started} started and ${missedArrivals} were missed`,
    );
  }
  if (started !== finished + unfinished) {
    reasons.push(`${place}: ${started} attempts started, but ${finished} finished and ${unfinished} did not`);
  }
  const outcomes = recording.cohorts.reduce((sum, cohort) => sum + total(cohort), 0);
  if (outcomes !== finished) {
    reasons.push(`${place}: ${finished} attempts finished, but ${outcomes} outcomes were counted`);
  }
  return reasons;
}

/**
 * Holds the clients' count of one cohort against the broker's: a sentence for each disagreement. An attempt whose end the client did not
 * wait for (a timeout, an error of its own, cut off when the round stopped) may stand anywhere in the broker's count, or nowhere.
 */
export function reconcileCohort(
  cohort: CohortRecording,
  broker: BrokerCounts,
  place: string,
  { operation = false, blindTo = [] }: { operation?: boolean; blindTo?: readonly RefusalLayer[] } = {},
): string[] {
  const count = (...kinds: OutcomeKind[]) =>
    cohort.outcomes.reduce((sum, outcome) => (kinds.includes(outcome.kind) ? sum + outcome.count : sum), 0);
  const open = count('timeout', 'local-error', 'connect-failed') + cohort.started - total(cohort);
  const pairs: [what: string, client: number, broker: number][] = [
    // A session that is held may be refused something in its course: it has been let in all the same.
    ['accepted', count('accepted', 'operation-refused'), broker.accepted + broker.refusedAtAuthorization],
    ['refused at CONNECT', count('connack-refused'), broker.refusedAtConnect],
  ];
  if (!blindTo.includes('tls'))
    pairs.push([
      'refused in TLS or closed',
      count('tls-alert', 'closed', 'reset'),
      broker.refusedAtTls + broker.abandoned,
    ]);
  if (operation && !blindTo.includes('authorization'))
    pairs.push(['refused what they did', count('operation-refused'), broker.refusedAtAuthorization]);
  return pairs
    .filter(([, seen, told]) => told < seen || told > seen + open)
    .map(
      ([what, seen, told]) =>
        `${place}: the clients count ${seen} attempts ${what}, the broker ${told}` +
        (open > 0 ? ` (${open} attempts had no end that the client saw)` : ''),
    );
}

function total(cohort: CohortRecording): number {
  return cohort.outcomes.reduce((sum, outcome) => sum + outcome.count, 0);
}
