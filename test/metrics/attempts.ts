import fc from 'fast-check';
import { outcomeKinds } from '../../src/metrics/outcome.ts';
import type { EndedAttempt, Outcome, Recorder } from '../../src/metrics/recorder.ts';

export type RecordedAttempt = EndedAttempt & {
  outcome: Outcome;
  endMs: number;
  sent: number;
  received: number;
};

/** Attempts of `cohorts` cohorts in a round of two seconds. */
export const attempts = (cohorts: number): fc.Arbitrary<RecordedAttempt[]> =>
  fc.array(
    fc
      .record({
        cohort: fc.nat(cohorts - 1),
        scheduledMs: fc.option(fc.double({ min: 0, max: 2_000, noNaN: true }), { nil: undefined }),
        late: fc.double({ min: 0, max: 50, noNaN: true }),
        steps: fc.tuple(
          fc.double({ min: 0, max: 500, noNaN: true }),
          fc.double({ min: 0, max: 500, noNaN: true }),
          fc.double({ min: 0, max: 100_000, noNaN: true }),
        ),
        reached: fc.nat(4),
        kind: fc.constantFrom(...outcomeKinds),
        detail: fc.constantFrom('', 'EOF', 'certificate_expired (45)', 'not authorized (5)'),
        sent: fc.nat(5_000),
        received: fc.nat(5_000),
      })
      .map(({ cohort, scheduledMs, late, steps, reached, kind, detail, sent, received }) => {
        const startMs = (scheduledMs ?? 0) + late;
        const connectedMs = startMs + steps[0];
        const securedMs = connectedMs + steps[1];
        return {
          cohort,
          scheduledMs,
          startMs,
          connectedMs: reached > 0 ? connectedMs : undefined,
          serverHelloMs: reached > 2 ? connectedMs + steps[1] / 3 : undefined,
          serverFinishedMs: reached > 3 ? connectedMs + steps[1] / 2 : undefined,
          securedMs: reached > 1 ? securedMs : undefined,
          endMs: securedMs + steps[2],
          outcome: { kind, detail },
          sent,
          received,
        };
      }),
    { maxLength: 200 },
  );

export function record(recorder: Recorder, attempt: RecordedAttempt): void {
  recorder.started(attempt.cohort, attempt.startMs, attempt.scheduledMs);
  recorder.finished(attempt, attempt.outcome, attempt.endMs, attempt.sent, attempt.received);
}
