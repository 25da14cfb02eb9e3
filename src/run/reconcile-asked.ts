import type { OutcomeKind } from '../metrics/outcome.ts';
import type { CohortRecording } from '../metrics/recording.ts';
import type { VariantPlan } from '../scenario/plan.ts';
import type { MeasuredRound, MeasuredService } from './measured-round.ts';

/** Which service is asked once for each CONNECT with credentials, and what it calls the question. */
const questions: Readonly<Record<string, { service: string; request: string }>> = {
  database: { service: 'database', request: 'lookup' },
  webservice: { service: 'auth', request: 'POST' },
};

/**
 * Holds the clients' count against that of the database or service that was asked about each CONNECT: a sentence where they disagree. A client
 * that was told `server unavailable` may have been asked about or not, and so may one whose end was not seen.
 */
export function reconcileAsked(
  { target, cohorts }: Pick<VariantPlan, 'target' | 'cohorts'>,
  { services, storm }: Pick<MeasuredRound, 'services' | 'storm'>,
  place: string,
): string[] {
  const question = questions[target.connectAuth];
  if (question === undefined) return [];
  const told = askedBetween(services.before, services.after, question);
  if (told === undefined) return [];
  let least = 0;
  let most = 0;
  for (const [index, { credentials }] of cohorts.entries()) {
    const recording = storm.recording.cohorts[index];
    if (recording === undefined) continue;
    const undecided =
      count(recording, 'timeout', 'local-error', 'connect-failed', 'closed', 'reset') + unfinished(recording);
    most += undecided;
    if (credentials === 'none') continue;
    const decided = count(recording, 'accepted', 'operation-refused', 'connack-refused');
    most += decided;
    least += decided - unavailable(recording);
  }
  if (told >= least && told <= most) return [];
  const seen = least === most ? `${least}` : `${least} to ${most}`;
  return [
    `${place}: the ${question.service} was asked ${told} times by its own count, by the clients' ${seen} times`,
  ];
}

function askedBetween(
  before: readonly MeasuredService[],
  after: readonly MeasuredService[],
  { service, request }: { service: string; request: string },
): number | undefined {
  const of = (snapshots: readonly MeasuredService[]) =>
    snapshots.find((snapshot) => snapshot.service === service)?.requests[request];
  const [from, to] = [of(before), of(after)];
  return from === undefined || to === undefined ? undefined : to - from;
}

function count({ outcomes }: CohortRecording, ...kinds: OutcomeKind[]): number {
  return outcomes.reduce((sum, outcome) => (kinds.includes(outcome.kind) ? sum + outcome.count : sum), 0);
}

function unfinished({ started, outcomes }: CohortRecording): number {
  return started - outcomes.reduce((sum, outcome) => sum + outcome.count, 0);
}

/** CONNACK 3 (MQTT 3.1.1, 3.2.2.3), 136 in MQTT 5. */
function unavailable({ outcomes }: CohortRecording): number {
  return outcomes.reduce(
    (sum, { kind, detail, count: n }) =>
      kind === 'connack-refused' && /\((?:3|136)\)$/.test(detail) ? sum + n : sum,
    0,
  );
}
