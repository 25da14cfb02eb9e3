import type { CohortResult, Result, VariantResult } from '../../src/result/schema.ts';
import { at, cohort, round, variant } from './measured.ts';

/** A variant whose rounds cost the broker this much CPU an attempt, and take this long to be authenticated. */
export function costing(
  name: string,
  cpuMs: readonly number[],
  latencyMs: readonly number[] = cpuMs,
): VariantResult {
  const cohorts: CohortResult[] = [cohort('good')];
  return variant(cohorts, {
    name,
    labels: { target: 'bundled' },
    rounds: cpuMs.map((value, index) => {
      const base = round(cohorts);
      return {
        ...base,
        index,
        target: { cpuMsPerAttempt: value },
        cohorts: base.cohorts.map((each) => ({
          ...each,
          latencyMs: { authenticated: { ...at(0), p50: latencyMs[index] ?? value } },
        })),
      };
    }),
  });
}

/** A small result of these variants, as a run would write it. `change` comes last. */
export function resultOf(variants: readonly VariantResult[], change: Partial<Result> = {}): Result {
  return {
    schema: 'certstorm/result@1',
    scenario: {
      name: 'small',
      description: '',
      seed: 1,
      variants: variants.map(({ name }) => ({
        name,
        load: { model: 'constant-vus', vus: 4 },
        cohorts: [{ name: 'good', weight: 1 }],
        corpus: { identities: 10 },
      })),
    },
    seed: 1,
    environment: {
      certstorm: '0.1.0',
      runtime: 'Node v24.21.0',
      openssl: '3.5.8',
      cpu: 'a processor',
      cores: 2,
      memoryMiB: 4000,
      kernel: '6.1',
      platform: 'linux-x64',
      calibration: { p256Sign: 20, p256Verify: 60, x25519: 35, sha256Of16kB: 10, loopbackRoundTrip: 20 },
    },
    valid: true,
    invalidReasons: [],
    interrupted: false,
    startedAt: '2026-10-03T09:00:00.000Z',
    finishedAt: '2026-10-03T09:01:00.000Z',
    variants: [...variants],
    comparisons: [],
    thresholds: [],
    verdict: { word: 'passed', exitCode: 0, reasons: [] },
    ...change,
  };
}

/** Rounds around a mean, up to one and a half per cent up and down in turn. */
export function around(mean: number, count = 12): number[] {
  return Array.from({ length: count }, (_, i) => mean * (1 + 0.01 * ((i % 4) - 1.5)));
}
