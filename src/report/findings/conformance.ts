import type { CohortResult, OutcomeKind, Result, VariantResult } from '../../result/index.ts';
import { labelOf } from './labels.ts';

/** What became of the clients with one defect at one broker. */
export type Treatment =
  | 'accepted'
  | 'handshake'
  | 'closed'
  | 'connect'
  | 'hung'
  | 'crashed'
  | 'mixed'
  | 'none';

export type ConformanceCell = {
  treatment: Treatment;
  /** In words, with the alert or the code: `in the handshake: certificate_expired (45)`. */
  words: string;
  attempts: number;
  /** Let in although it should be turned away, or turned away although it should be let in. */
  falseAccepts: number;
  falseRejects: number;
};

export type ConformanceRow = {
  /** Name of the cohort, which is the defect's own unless several cohorts share a defect. */
  cohort: string;
  defect: string;
  expected: CohortResult['expected'];
  /** The clause that the defect or the order of messages breaks, where the result tells it. */
  clause: string;
  /** In the order of the brokers; null where a broker was not asked. */
  cells: (ConformanceCell | null)[];
};

/** `tuned`: how its configuration differs from its makers' defaults. */
type Broker = { name: string; version: string; revocation: string; tuned: string[] };

export type Conformance = { brokers: Broker[]; rows: ConformanceRow[] };

/**
 * Broker against defect. The one source for the table on the page and for conformance.md. Variants of the same target are columns of
 * their own, called by their names.
 *
 * @returns null unless ten defects, or two targets and three defects, were tried; a wrong order of messages counts as one.
 */
export function conformanceOf({ variants }: Result): Conformance | null {
  const tried = variants.filter(({ cohorts }) => cohorts.some(({ attempts }) => attempts > 0));
  const defects = new Set(
    tried.flatMap(({ cohorts }) => cohorts.map(({ defect, messageOrder }) => messageOrder ?? defect)),
  );
  defects.delete('none');
  const targets = new Set(tried.map(targetOf));
  if (defects.size < (targets.size > 1 ? 3 : 10)) return null;
  const names = [...new Set(tried.flatMap(({ cohorts }) => cohorts.map(({ name }) => name)))];
  const distinct = targets.size === tried.length;
  return {
    brokers: tried.map((variant) => ({
      name: distinct ? targetOf(variant) : variant.name,
      version: variant.target.version,
      revocation: labelOf(variant.labels, 'revocation'),
      tuned: variant.target.tuned ?? [],
    })),
    rows: names.flatMap((name) => rowOf(name, tried) ?? []),
  };
}

function targetOf({ labels, target }: VariantResult): string {
  return labelOf(labels, 'target') || target.kind;
}

function rowOf(name: string, variants: readonly VariantResult[]): ConformanceRow | null {
  const own = variants.map(({ cohorts }) => cohorts.find((cohort) => cohort.name === name));
  const first = own.find((cohort) => cohort !== undefined);
  if (first === undefined) return null;
  return {
    cohort: name,
    defect: first.defect,
    expected: first.expected,
    clause: own.find((cohort) => cohort?.clause !== undefined)?.clause ?? '',
    cells: own.map((cohort) => (cohort === undefined ? null : cellOf(cohort))),
  };
}

const treatments: Readonly<Record<OutcomeKind, { treatment: Treatment; words: string }>> = {
  accepted: { treatment: 'accepted', words: 'accepted' },
  'tls-alert': { treatment: 'handshake', words: 'in the handshake' },
  closed: { treatment: 'closed', words: 'closed without an alert' },
  reset: { treatment: 'closed', words: 'reset without an alert' },
  'connack-refused': { treatment: 'connect', words: 'at CONNECT' },
  'operation-refused': { treatment: 'connect', words: 'at its first operation' },
  timeout: { treatment: 'hung', words: 'no answer' },
  'connect-failed': { treatment: 'crashed', words: 'no longer there' },
  'local-error': { treatment: 'none', words: 'not sent' },
};

function cellOf({ attempts, outcomes, falseAccepts, falseRejects }: CohortResult): ConformanceCell {
  const total = outcomes.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return { treatment: 'none', words: 'not tried', attempts, falseAccepts, falseRejects };
  const sorted = outcomes.toSorted((a, b) => b.count - a.count);
  const kinds = new Set(sorted.map(({ kind }) => treatments[kind].treatment));
  const words = sorted.slice(0, 2).map(({ kind, detail, count }) => {
    const named = kind === 'tls-alert' || kind === 'connack-refused' ? `: ${detail}` : '';
    const share = sorted.length > 1 ? ` ${count} of ${total}` : '';
    return `${treatments[kind].words}${detail === '' ? '' : named}${share}`;
  });
  const [first] = sorted;
  return {
    treatment: kinds.size > 1 ? 'mixed' : first === undefined ? 'none' : treatments[first.kind].treatment,
    words: `${words.join('; ')}${sorted.length > 2 ? '; …' : ''}`,
    attempts,
    falseAccepts,
    falseRejects,
  };
}
