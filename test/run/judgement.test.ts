import { describe, expect, it } from 'vitest';
import type { OutcomeKind } from '../../src/metrics/outcome.ts';
import type { AfterMark } from '../../src/metrics/recording.ts';
import type { BrokerCounts } from '../../src/run/broker-counts.ts';
import { judgeCohort } from '../../src/run/judgement.ts';
import { cohortRecording } from './recordings.ts';

const seen = (...outcomes: [OutcomeKind, string, number][]) => cohortRecording(outcomes);

describe('an attempt that contradicts its cohort', () => {
  it('is a false accept when a client that should be refused gets in', () => {
    expect(judgeCohort({ outcome: 'reject' }, seen(['accepted', '', 2], ['closed', '', 98]), null)).toEqual({
      falseAccepts: 2,
      falseRejects: 0,
      errors: 0,
    });
  });

  it('is a false reject when a good client is turned away, however that shows', () => {
    const recording = seen(
      ['accepted', '', 90],
      ['tls-alert', 'bad_certificate (42)', 3],
      ['reset', '', 2],
      ['closed', '', 1],
    );
    expect(judgeCohort({ outcome: 'accept' }, recording, null)).toEqual({
      falseAccepts: 0,
      falseRejects: 6,
      errors: 0,
    });
  });

  it('is neither when the target came to no decision', () => {
    const recording = seen(
      ['timeout', 'tls-handshake', 4],
      ['connect-failed', 'ECONNREFUSED', 3],
      ['local-error', 'EMFILE', 2],
    );
    for (const outcome of ['accept', 'reject', 'reject-at-tls', 'reject-at-connect'] as const) {
      const verdicts = judgeCohort({ outcome }, recording, null);
      expect(verdicts).toEqual({ falseAccepts: 0, falseRejects: 0, errors: 9 });
    }
  });

  it('is a false reject when a client is turned away before its certificate was revoked, and only then', () => {
    const recording = seen(['accepted', '', 50], ['closed', '', 30]);
    const afterMark: AfterMark = {
      markMs: 1000,
      attempts: 40,
      accepted: 15,
      refused: 25,
      refusedAcross: 3,
      firstRefusedMs: 0.5,
      lastAcceptedMs: 20,
      sessionsCut: 0,
      firstCutMs: undefined,
      lastCutMs: undefined,
      sessionsKept: 0,
    };
    const judged = (mark: AfterMark | undefined) =>
      judgeCohort({ outcome: 'accept-until-revoked' }, { ...recording, afterMark: mark }, null);
    expect(judged(afterMark)).toEqual({ falseAccepts: 0, falseRejects: 2, errors: 0 });
    expect(judged(undefined).falseRejects).toBe(30);
  });

  it('is a false reject when it was refused at another layer than expected', () => {
    const recording = seen(['closed', '', 10], ['connack-refused', 'not authorized (5)', 7]);
    expect(judgeCohort({ outcome: 'reject-at-tls' }, recording, null).falseRejects).toBe(7);
    expect(judgeCohort({ outcome: 'reject-at-connect' }, recording, null).falseRejects).toBe(10);
    expect(judgeCohort({ outcome: 'reject' }, recording, null).falseRejects).toBe(0);
  });

  it('is a false reject when the alert names another cause', () => {
    const recording = seen(['tls-alert', 'certificate_expired (45)', 8], ['tls-alert', 'unknown_ca (48)', 2]);
    const expected = { outcome: 'reject-at-tls', cause: 'certificate_expired' } as const;
    expect(judgeCohort(expected, recording, null)).toEqual({ falseAccepts: 0, falseRejects: 2, errors: 0 });
  });

  it('takes the cause from the broker where the client is told none', () => {
    const recording = seen(['closed', '', 6], ['reset', '', 4]);
    const broker: BrokerCounts = {
      accepted: 0,
      refusedAtTls: 10,
      refusedAtConnect: 0,
      refusedAtAuthorization: 0,
      abandoned: 0,
      causes: { CERT_HAS_EXPIRED: 9, CERT_REVOKED: 1 },
    };
    const expected = { outcome: 'reject-at-tls', cause: 'cert_has_expired' } as const;
    expect(judgeCohort(expected, recording, broker).falseRejects).toBe(1);
    expect(judgeCohort(expected, recording, null).falseRejects).toBe(10);
  });

  it('finds its cause however it is spelled', () => {
    const recording = seen(['connack-refused', 'not authorized (5)', 4]);
    for (const cause of ['not_authorized', 'Not authorized', 'not authorized (5)']) {
      expect(judgeCohort({ outcome: 'reject-at-connect', cause }, recording, null).falseRejects).toBe(0);
    }
  });
});
