import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerTally } from '../../src/broker/config.ts';
import { countByCohort, sumCounts } from '../../src/run/broker-counts.ts';
import { checkAccounting, reconcileCohort } from '../../src/run/reconcile.ts';
import { sourceBlock } from '../../src/storm/source-address.ts';
import { cohortRecording, recordingOf } from './recordings.ts';

const counts = (accepted: number, refusedAtTls: number, refusedAtConnect = 0, abandoned = 0) => ({
  accepted,
  refusedAtTls,
  refusedAtConnect,
  refusedAtAuthorization: 0,
  abandoned,
  causes: {},
});

describe("the clients' count against the broker's", () => {
  it('agrees when every outcome stands in both', () => {
    const cohort = cohortRecording([
      ['accepted', '', 10],
      ['closed', '', 3],
      ['connack-refused', 'not authorized (5)', 2],
    ]);
    expect(reconcileCohort(cohort, counts(10, 3, 2), 'here')).toEqual([]);
  });

  it('names each disagreement with both figures', () => {
    const cohort = cohortRecording([['accepted', '', 10]]);
    expect(reconcileCohort(cohort, counts(9, 1), 'round 1')).toEqual([
      'round 1: the clients count 10 attempts accepted, the broker 9',
      'round 1: the clients count 0 attempts refused in TLS or closed, the broker 1',
    ]);
  });

  it('leaves room for attempts whose end the client did not see, and for no more', () => {
    const cohort = cohortRecording(
      [
        ['accepted', '', 10],
        ['timeout', 'tls', 1],
      ],
      2,
    );
    expect(reconcileCohort(cohort, counts(13, 0), 'here')).toEqual([]);
    expect(reconcileCohort(cohort, counts(14, 0), 'here')).toHaveLength(1);
    expect(reconcileCohort(cohort, counts(9, 0), 'here')).toHaveLength(1);
  });
});

describe('the accounting identities', () => {
  it('hold for what adds up', () => {
    expect(checkAccounting(recordingOf([cohortRecording([['accepted', '', 4]], 1)], 2), 'here')).toEqual([]);
  });

  it('are told one by one when they do not', () => {
    const recording = recordingOf([cohortRecording([['accepted', '', 4]], 1)], 2);
    expect(checkAccounting({ ...recording, scheduled: 99 }, 'here')).toHaveLength(1);
    expect(checkAccounting({ ...recording, unfinished: 0 }, 'here')).toHaveLength(1);
    expect(checkAccounting({ ...recording, finished: 3, unfinished: 2 }, 'here')).toHaveLength(1);
  });
});

describe("the broker's tallies, sorted by cohort", () => {
  it('come back to the cohort whose address block they came from, for any number of workers and cohorts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (workers, cohorts) => {
        const tallies: BrokerTally[] = [];
        for (let worker = 0; worker < workers; worker++) {
          for (let cohort = 0; cohort < cohorts; cohort++) {
            const source = sourceBlock(worker, cohort, cohorts);
            tallies.push({ source, verdict: 'accepted', layer: null, cause: '', count: cohort + 1 });
          }
        }
        const sorted = countByCohort([], tallies, workers, cohorts);
        expect(sorted.strangers).toBe(0);
        expect(sorted.cohorts.map(({ accepted }) => accepted)).toEqual(
          Array.from({ length: cohorts }, (_, cohort) => (cohort + 1) * workers),
        );
      }),
    );
  });

  it('count only what came since the first snapshot, and strangers apart', () => {
    const refused: BrokerTally = {
      source: '127.1.0',
      verdict: 'refused',
      layer: 'tls',
      cause: 'CERT_REVOKED',
      count: 5,
    };
    const stranger: BrokerTally = {
      source: '127.0.0',
      verdict: 'accepted',
      layer: null,
      cause: '',
      count: 1,
    };
    const sorted = countByCohort([refused], [{ ...refused, count: 8 }, stranger], 1, 1);
    expect(sorted).toEqual({
      cohorts: [{ ...counts(0, 3), causes: { CERT_REVOKED: 3 } }],
      strangers: 1,
    });
    expect(sumCounts([...sorted.cohorts, ...sorted.cohorts])).toEqual({
      ...counts(0, 6),
      causes: { CERT_REVOKED: 6 },
    });
  });
});
