import { type CohortResult, type OutcomeKind, refusalKinds } from '../../result/index.ts';
import { count } from './numbers.ts';
import type { Tone } from './verdict.ts';

/** Attempts that the target decided: let in, or turned away in whatever way. */
export function decided(cohort: CohortResult): number {
  return cohort.outcomes.reduce(
    (sum, { kind, count: n }) => (kind === 'accepted' || refusalKinds.includes(kind) ? sum + n : sum),
    0,
  );
}

export function seen(cohort: CohortResult, kind: OutcomeKind): number {
  return cohort.outcomes.reduce((sum, outcome) => (outcome.kind === kind ? sum + outcome.count : sum), 0);
}

/** How a cohort fared against its expectation, in a few words. */
export function cohortVerdict(cohort: CohortResult): { tone: Tone; text: string } {
  const wrong = [
    named(cohort.falseAccepts, 'false accept'),
    cohort.expected.startsWith('accept')
      ? named(cohort.falseRejects, 'false reject')
      : named(cohort.falseRejects, 'refused in another way than expected', ''),
  ].filter((text) => text !== '');
  if (wrong.length > 0) return { tone: 'bad', text: wrong.join(', ') };
  if (cohort.attempts === 0) return { tone: 'plain', text: 'no attempts' };
  if (cohort.errors > 0) return { tone: 'warning', text: `${count(cohort.errors)} without a decision` };
  return { tone: 'good', text: 'as expected' };
}

/** What a cell of the matrix is called when it contradicts the cohort's expectation; null when it doesn't. */
export function contradiction(cohort: CohortResult, kind: OutcomeKind): string | null {
  if (seen(cohort, kind) === 0) return null;
  if (cohort.expected.startsWith('accept'))
    return refusalKinds.includes(kind) && cohort.falseRejects > 0 ? 'false reject' : null;
  if (kind === 'accepted') return cohort.falseAccepts > 0 ? 'false accept' : null;
  if (cohort.falseRejects === 0) return null;
  if (cohort.expected === 'reject-at-tls' && kind === 'connack-refused') return 'wrong layer';
  if (cohort.expected === 'reject-at-connect' && refusalKinds.includes(kind) && kind !== 'connack-refused')
    return 'wrong layer';
  return hasOtherCause(cohort, kind) ? 'other cause' : null;
}

/** A close or a reset names no cause: with a cause expected, the target's own count has contradicted it. */
function hasOtherCause({ expectedCause, outcomes }: CohortResult, kind: OutcomeKind): boolean {
  if (expectedCause === undefined || !refusalKinds.includes(kind)) return false;
  if (kind === 'closed' || kind === 'reset') return true;
  const expected = expectedCause.toLowerCase();
  return outcomes.some(
    (outcome) => outcome.kind === kind && outcome.detail.replace(/ \(\d+\)$/, '').toLowerCase() !== expected,
  );
}

/** The one or two ways in which a cohort's attempts ended, most frequent first: `closed 310`, `tls-alert certificate_required 200`. */
export function outcomesSeen(cohort: CohortResult): { kind: OutcomeKind; detail: string; count: number }[] {
  return cohort.outcomes.toSorted((a, b) => b.count - a.count);
}

function named(n: number, one: string, many = 's'): string {
  return n === 0 ? '' : `${count(n)} ${one}${n === 1 ? '' : many}`;
}
