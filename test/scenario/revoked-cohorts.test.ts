import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CohortPlan } from '../../src/scenario/plan.ts';
import { splitRevoked } from '../../src/scenario/revoked-cohorts.ts';
import { readOne, scenario } from './written.ts';

const cohort = (name: string, identities: number, weight = 1): CohortPlan => ({
  name,
  weight,
  identities,
  defect: 'none',
  expect: { outcome: 'accept' },
  driver: 'node',
  credentials: 'none',
});

describe('a cohort that is revoked in mid-run', () => {
  it('is taken out of its cohort, with its share of identities and weight', () => {
    const { cohorts, events } = splitRevoked(
      [cohort('other', 5), cohort('fleet', 100, 4)],
      [
        { atMs: 1000, cohort: 'fleet', fraction: 0.1 },
        { atMs: 2000, cohort: 'fleet', fraction: 0.25 },
      ],
    );
    expect(cohorts).toMatchObject([
      { name: 'other', identities: 5, weight: 1 },
      { name: 'fleet', identities: 65, weight: 4 * 0.65, expect: { outcome: 'accept' } },
      { name: 'fleet-revoked', identities: 10, weight: 0.4, revokedAtMs: 1000, partOf: 'fleet' },
      { name: 'fleet-revoked-2', identities: 25, weight: 1, revokedAtMs: 2000, partOf: 'fleet' },
    ]);
    expect(events).toEqual([
      { atMs: 1000, kind: 'revoke', cohort: 'fleet-revoked' },
      { atMs: 2000, kind: 'revoke', cohort: 'fleet-revoked-2' },
    ]);
  });

  it('keeps its name where all of it is', async () => {
    const { cohorts } = await readOne(scenario({ head: 'events: [{ at: 1s, revoke: { cohort: good } }]' }));
    expect(cohorts).toMatchObject([
      { name: 'good', identities: 1000, expect: { outcome: 'accept-until-revoked' }, revokedAtMs: 1000 },
    ]);
  });

  it('no identity and no weight is lost or made, where there are enough for all shares', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 10_000 }),
        fc.array(fc.double({ min: 0.001, max: 0.3, noNaN: true }), { minLength: 1, maxLength: 3 }),
        (identities, fractions) => {
          const revocations = fractions.map((fraction) => ({ atMs: 1, cohort: 'fleet', fraction }));
          const { cohorts } = splitRevoked([cohort('fleet', identities, 3)], revocations);
          const sum = (of: (plan: CohortPlan) => number) => cohorts.reduce((all, plan) => all + of(plan), 0);
          expect(sum((plan) => plan.identities)).toBe(identities);
          expect(sum((plan) => plan.weight)).toBeCloseTo(3);
        },
      ),
    );
  });
});
