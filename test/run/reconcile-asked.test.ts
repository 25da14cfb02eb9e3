import { expect, test } from 'vitest';
import type { OutcomeKind } from '../../src/metrics/outcome.ts';
import { asymmetryOf } from '../../src/run/asymmetry.ts';
import type { MeasuredRound } from '../../src/run/measured-round.ts';
import { reconcileAsked } from '../../src/run/reconcile-asked.ts';
import type { VariantPlan } from '../../src/scenario/plan.ts';
import { cohortRecording, recordingOf } from './recordings.ts';

type Outcomes = [kind: OutcomeKind, detail: string, count: number][];

/** What is said where clients of two cohorts, one without credentials, ended so, and the database counted so many lookups. */
function said(withPassword: Outcomes, without: Outcomes, lookups: number, unfinished = 0): string[] {
  const variant = {
    target: { connectAuth: 'database' },
    cohorts: [{ credentials: 'wrong' }, { credentials: 'none' }],
  } as unknown as VariantPlan;
  const snapshot = (lookup: number) => ({ service: 'database', requests: { lookup } });
  const round = {
    services: { before: [snapshot(100)], after: [snapshot(100 + lookups)] },
    storm: { recording: recordingOf([cohortRecording(withPassword, unfinished), cohortRecording(without)]) },
  } as unknown as MeasuredRound;
  return reconcileAsked(variant, round, 'here');
}

const refused: Outcomes = [['connack-refused', 'bad user name or password (4)', 30]];
const nobody: Outcomes = [['connack-refused', 'not authorized (5)', 7]];

test('one question for each CONNECT with credentials is right, one more or less is told', () => {
  expect(said(refused, nobody, 30)).toEqual([]);
  expect(said(refused, nobody, 29)).toEqual([
    "here: the database was asked 29 times by its own count, by the clients' 30 times",
  ]);
  expect(said(refused, nobody, 31)).toHaveLength(1);
});

test('whoever was told server unavailable, or whose end was not seen, may have been asked about or not', () => {
  const unsure: Outcomes = [
    ...refused,
    ['connack-refused', 'server unavailable (3)', 4],
    ['timeout', 'connack', 2],
  ];
  expect(said(unsure, nobody, 29)).toHaveLength(1);
  for (const lookups of [30, 34, 36, 39]) expect(said(unsure, nobody, lookups, 3)).toEqual([]);
  expect(said(unsure, nobody, 40, 3)).toHaveLength(1);
});

test("the broker's side is the broker with what it asks, and nothing is divided by a client that costs nothing", () => {
  const services = [{ kind: 'database', cpuMsPerAttempt: 1 }, { kind: 'auth' }];
  expect(asymmetryOf({ cpuMsPerAttempt: 3 }, { cpuMsPerAttempt: 0.5, missedArrivals: 0 }, services)).toEqual({
    targetMs: 3,
    askedMs: 1,
    clientMs: 0.5,
    ratio: 8,
  });
  expect(asymmetryOf({ cpuMsPerAttempt: 3 }, { cpuMsPerAttempt: 0, missedArrivals: 0 }, [])).toBeUndefined();
  expect(asymmetryOf({}, { cpuMsPerAttempt: 1, missedArrivals: 0 }, [])).toBeUndefined();
});
