import { describe, expect, it } from 'vitest';
import { emptyHistogram } from '../../src/metrics/latency.ts';
import type { OutcomeKind } from '../../src/metrics/outcome.ts';
import { auditRound } from '../../src/run/audit.ts';
import type { MeasuredRound } from '../../src/run/measured-round.ts';
import type { LoadPlan } from '../../src/scenario/plan.ts';
import type { RoundRecording } from '../../src/storm/order.ts';
import type { TargetSnapshot } from '../../src/targets/target.ts';
import { cohortRecording, recordingOf } from './recordings.ts';

const load: LoadPlan = {
  model: 'constant-arrival-rate',
  rate: 100,
  vus: 0,
  durationMs: 10_000,
  stages: [],
  warmupMs: 0,
  maxInFlight: 1_000,
  attemptTimeoutMs: 10_000,
  gracefulStopMs: 5_000,
};

const calm: RoundRecording['generator'] = {
  cpuUserMs: 800,
  cpuSystemMs: 200,
  collectionCpuMs: 0,
  collections: { count: 10, totalMs: 40, maxMs: 12 },
  eventLoopLagMs: { p50: 0.3, p99: 4, max: 30 },
  scheduleErrorMs: { p50: 0.6, p99: 1.9, max: 12 },
  scheduleError: { histogram: emptyHistogram(), count: 0, sumUs: 0, minUs: 0, maxUs: 0 },
};

const snapshot = { cpuUserMs: 100, cpuSystemMs: 10 } as TargetSnapshot;

/** A round of 1,000 attempts in which nothing is wrong, with these changes. */
function measured(
  generator: Partial<RoundRecording['generator']> = {},
  { missed = 0, outcome = ['accepted', ''] as [OutcomeKind, string] } = {},
): MeasuredRound {
  const recording = recordingOf([cohortRecording([[...outcome, 1_000]])], missed);
  return {
    round: 0,
    order: 0,
    storm: {
      startedAt: 0,
      elapsedMs: 10_000,
      recording,
      generator: { ...calm, ...generator },
      lostWorkers: [],
      stoppedEarly: false,
    },
    before: snapshot,
    after: snapshot,
    samples: [],
    machine: { calibration: {}, loadAverage1: 0 },
    services: { before: [], after: [] },
    kernel: undefined,
    events: [],
    troubles: [],
    interruption: null,
    targetDied: false,
  };
}

const audit = (round: MeasuredRound, plan = load): string[] => auditRound(round, plan, 1, 'round 1');
const closed: LoadPlan = { ...load, model: 'constant-vus', vus: 10 };

describe('the audit of a round', () => {
  it('says nothing against a generator that kept up', () => {
    expect(audit(measured())).toEqual([]);
  });

  it.each<[what: string, round: MeasuredRound, sentence: RegExp]>([
    [
      'missed arrivals',
      measured({}, { missed: 11 }),
      /11 of 1011 arrivals were missed, .*: lower load\.rate, or raise/,
    ],
    [
      'starts that are late as a rule',
      measured({ scheduleErrorMs: { p50: 11, p99: 40, max: 50 } }),
      /attempts started late \(half of them by more than 11\.0 ms.*: lower load\.rate/,
    ],
    [
      'starts of which 1 % are very late',
      measured({ scheduleErrorMs: { p50: 0.5, p99: 251, max: 300 } }),
      /attempts started late .* 1 % by more than 251 ms\)/,
    ],
    [
      'cores that are used up',
      measured({ cpuUserMs: 9_700 }),
      /used 99 % of its cores, so it was the limit .*: lower load\.rate/,
    ],
    [
      'an event loop that comes round late as a rule',
      measured({ eventLoopLagMs: { p50: 102, p99: 140, max: 150 } }),
      /event loop of a storm worker came round late \(half of the time by more than 102\.0 ms.*: lower the load/,
    ],
    [
      'an event loop that stands still',
      measured({ eventLoopLagMs: { p50: 0.3, p99: 1_200, max: 1_900 } }),
      /event loop .* 1 % of it by more than 1200 ms\)/,
    ],
    [
      'a long collection',
      measured({ collections: { count: 2, totalMs: 620, maxMs: 600 } }),
      /garbage collections held the generator up \(6 % of the round, the longest 600 ms\): lower the load/,
    ],
    [
      'many collections',
      measured({ collections: { count: 900, totalMs: 2_100, maxMs: 9 } }),
      /\(21 % of the round, the longest 9 ms\)/,
    ],
    [
      'errors of its own',
      measured({}, { outcome: ['local-error', 'EMFILE'] }),
      /1000 attempts failed on the generator's own side \(EMFILE\): raise the limit on open files/,
    ],
  ])('tells of %s, with what to do', (_, round, sentence) => {
    const reasons = audit(round);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^round 1: /);
    expect(reasons[0]).toMatch(sentence);
  });

  it('holds a closed model to its event loop and its collections, for it has no schedule and may use its cores', () => {
    const busy = { cpuUserMs: 9_900, scheduleErrorMs: { p50: 99, p99: 999, max: 999 } };
    expect(audit(measured(busy), closed)).toEqual([]);
    expect(
      audit(measured({ ...busy, eventLoopLagMs: { p50: 1, p99: 1_600, max: 1_600 } }), closed),
    ).toHaveLength(1);
    expect(
      audit(measured({ ...busy, collections: { count: 1, totalMs: 600, maxMs: 600 } }), closed),
    ).toHaveLength(1);
  });
});
