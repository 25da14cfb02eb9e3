import { type OutcomeKind, refusalKinds } from '../metrics/outcome.ts';
import type { CohortRecording } from '../metrics/recording.ts';
import type { Expectation } from '../scenario/plan.ts';
import type { BrokerCounts } from './broker-counts.ts';

export type FalseVerdicts = { falseAccepts: number; falseRejects: number; errors: number };

const errorKinds: readonly OutcomeKind[] = ['timeout', 'connect-failed', 'local-error'];
const tlsRefusals: readonly OutcomeKind[] = ['tls-alert', 'closed', 'reset'];

/**
 * Holds what was seen against what was expected. A false accept is a client let in that should not be; a false reject is a client turned
 * away that should be let in, or turned away at the wrong layer or for the wrong cause. An attempt that ended without a decision of the
 * target (timeout, connect-failed, local-error) is an error and neither.
 *
 * `leavesByItself`: clients that occupy the broker until their time is up, which is then no error.
 *
 * A cause is looked for in what the client saw (the alert's or the CONNACK code's name); a target that closes without a word is asked
 * for its own count instead.
 */
export function judgeCohort(
  expected: Expectation,
  recording: CohortRecording,
  broker: BrokerCounts | null,
  leavesByItself = false,
): FalseVerdicts {
  const count = (kinds: readonly OutcomeKind[]) =>
    recording.outcomes.reduce(
      (sum, outcome) => (kinds.includes(outcome.kind) ? sum + outcome.count : sum),
      0,
    );
  const accepted = count(['accepted']);
  const errors = count(leavesByItself ? errorKinds.filter((kind) => kind !== 'timeout') : errorKinds);
  if (expected.outcome === 'accept') return { falseAccepts: 0, falseRejects: count(refusalKinds), errors };
  if (expected.outcome === 'accept-until-revoked') {
    // How long it is let in after its revocation is what is measured, and no error.
    const { refused = 0, refusedAcross = 0 } = recording.afterMark ?? {};
    const refusedBefore = count(refusalKinds) - refused - refusedAcross;
    return { falseAccepts: 0, falseRejects: refusedBefore, errors };
  }

  const right = refusalsAt(expected);
  let falseRejects = count(refusalKinds) - count(right);
  if (expected.cause !== undefined)
    falseRejects += count(right) - matching(expected.cause, right, recording, broker);
  return { falseAccepts: accepted, falseRejects, errors };
}

/** The kinds of refusal that are right for this expectation. */
export function refusalsAt(expected: Expectation): readonly OutcomeKind[] {
  if (expected.outcome === 'reject-at-tls') return tlsRefusals;
  if (expected.outcome === 'reject-at-connect') return ['connack-refused'];
  if (expected.outcome === 'reject-at-authorization') return ['operation-refused'];
  return refusalKinds;
}

function matching(
  cause: string,
  kinds: readonly OutcomeKind[],
  recording: CohortRecording,
  broker: BrokerCounts | null,
): number {
  let seen = 0;
  let unsaid = 0;
  for (const outcome of recording.outcomes) {
    if (!kinds.includes(outcome.kind)) continue;
    if (isSameCause(outcome.detail, cause)) seen += outcome.count;
    else if (outcome.kind === 'closed' || outcome.kind === 'reset') unsaid += outcome.count;
  }
  const told = Object.entries(broker?.causes ?? {}).reduce(
    (sum, [name, count]) => (isSameCause(name, cause) ? sum + count : sum),
    0,
  );
  return seen + Math.min(unsaid, told);
}

/** `not authorized (5)`, `not_authorized` and `Not authorized` are one cause: clients, brokers and people spell them differently. */
function isSameCause(one: string, other: string): boolean {
  const plain = (name: string) =>
    name
      .replace(/ \(\d+\)$/, '')
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ' ');
  return plain(one) === plain(other);
}
