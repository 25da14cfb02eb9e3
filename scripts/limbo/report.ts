import { sentenceOf } from './differences.ts';
import { verdictWord } from './openssl-verify.ts';
import { outcomeWord } from './outcome.ts';
import type { CaseResult, Contestant } from './trial.ts';

/** All that the command found, as plain data. */
export type LimboReport = {
  file: string;
  /** What presents: certstorm's own client, for every case. */
  driver: 'wire';
  notes: string[];
  contestants: { broker: string; version: string; openssl: string }[];
  cases: CaseRow[];
  /** By explanation: how many answers differ from `openssl verify` for it. */
  differences: { name: string; sentence: string; count: number; cases: string[] }[];
  unexplained: { case: string; broker: string; outcome: string; why: string | null; openssl: string }[];
  /** By reason: cases that OpenSSL judges otherwise than x509-limbo expects. */
  otherThanLimbo: { reason: string; count: number; cases: string[] }[];
  counts: {
    cases: number;
    presented: number;
    answers: number;
    agree: number;
    explained: number;
    unexplained: number;
    asLimboExpects: number;
  };
};

export type CaseRow = {
  id: string;
  expected: string | null;
  notPresented: string | null;
  oddities: string[];
  otherThanLimbo: string | null;
  answers: {
    broker: string;
    outcome: string;
    why: string | null;
    brokerSays: string | null;
    openssl: string;
    agrees: boolean;
    explanation: string | null;
  }[];
};

export function reportOf(
  file: string,
  notes: string[],
  contestants: readonly Contestant[],
  results: readonly CaseResult[],
): LimboReport {
  const cases = results.map((result) => rowOf(result, contestants));
  const answers = cases.flatMap((row) => row.answers.map((answer) => ({ case: row.id, ...answer })));
  const differing = answers.filter(({ agrees }) => !agrees);
  const explained = differing.filter(({ explanation }) => explanation !== null);
  const presented = cases.filter(({ notPresented }) => notPresented === null);
  const judged = presented.filter(({ expected }) => expected !== null);
  const other = presented.filter(({ otherThanLimbo }) => otherThanLimbo !== null);
  return {
    file,
    driver: 'wire',
    notes,
    contestants: contestants.map(({ server, verify }) => ({
      broker: server.name,
      version: server.version,
      openssl: verify.version,
    })),
    cases,
    differences: grouped(explained, ({ explanation }) => explanation ?? '').map(([name, all]) => ({
      name,
      sentence: sentenceOf(name),
      count: all.length,
      cases: [...new Set(all.map((answer) => answer.case))],
    })),
    unexplained: differing
      .filter(({ explanation }) => explanation === null)
      .map(({ case: id, broker, outcome, why, openssl }) => ({ case: id, broker, outcome, why, openssl })),
    otherThanLimbo: grouped(other, ({ otherThanLimbo }) => otherThanLimbo ?? '').map(([reason, all]) => ({
      reason,
      count: all.length,
      cases: all.map(({ id }) => id),
    })),
    counts: {
      cases: cases.length,
      presented: presented.length,
      answers: answers.length,
      agree: answers.length - differing.length,
      explained: explained.length,
      unexplained: differing.length - explained.length,
      asLimboExpects: judged.length - other.length,
    },
  };
}

function rowOf(
  { limbo, notPresented, answers, otherThanLimbo }: CaseResult,
  contestants: readonly Contestant[],
): CaseRow {
  return {
    id: limbo.id,
    expected: limbo.expected,
    notPresented,
    oddities: limbo.oddities,
    otherThanLimbo,
    answers: answers.map(({ presented: { outcome, brokerSays }, verdict, judgement }, i) => ({
      broker: contestants[i]?.server.name ?? '',
      outcome: outcomeWord(outcome),
      why: 'why' in outcome ? outcome.why : null,
      brokerSays,
      openssl: verdictWord(verdict),
      agrees: judgement.agrees,
      explanation: judgement.agrees ? null : judgement.explanation,
    })),
  };
}

/** Largest group first. */
function grouped<T>(all: readonly T[], name: (each: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(name(each), [...(groups.get(name(each)) ?? []), each]);
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length);
}
