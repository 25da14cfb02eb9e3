import type { CohortResult, Latency, RoundResult, VariantResult } from '../../src/result/schema.ts';

/** Percentiles that can be told apart: `at(100)` has p50 150, p90 190, and so on. */
export function at(base: number, count = 10): Latency {
  return {
    count,
    min: base,
    mean: base + 55,
    p50: base + 50,
    p90: base + 90,
    p99: base + 99,
    p999: base + 99.9,
    max: base + 100,
  };
}

export function cohort(name: string, more: Partial<CohortResult> = {}): CohortResult {
  return {
    name,
    expected: 'accept',
    defect: 'none',
    driver: 'node',
    attempts: 1000,
    outcomes: [],
    falseAccepts: 0,
    falseRejects: 0,
    errors: 0,
    latencyMs: { tcpConnect: at(0), tlsHandshake: at(100), authenticated: at(200) },
    responseMs: { authenticated: at(300) },
    histograms: {},
    bytes: { sent: 1, received: 1 },
    ...more,
  };
}

export function round(cohorts: readonly CohortResult[], complete = true): RoundResult {
  return {
    index: 0,
    order: 0,
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 1000,
    complete,
    accounting: { scheduled: 0, started: 0, missedArrivals: 0, finished: 0, unfinished: 0 },
    target: {},
    generator: { missedArrivals: 0 },
    cohorts: cohorts.map(({ name, attempts, falseAccepts, falseRejects, errors, latencyMs }) => ({
      name,
      attempts,
      falseAccepts,
      falseRejects,
      errors,
      latencyMs,
    })),
    timeline: { intervalMs: 1000, cohorts: [] },
  };
}

export function variant(cohorts: readonly CohortResult[], more: Partial<VariantResult> = {}): VariantResult {
  const started = cohorts.reduce((sum, { attempts }) => sum + attempts, 0);
  return {
    name: 'default',
    labels: {},
    rounds: [round(cohorts)],
    cohorts: [...cohorts],
    target: {
      kind: 'bundled',
      version: 'x',
      address: '127.0.0.1:1',
      cpuMsPerAttempt: 1.5,
      cpuUserMs: 10,
      cpuSystemMs: 5,
      rssPeakMiB: 80,
      eventLoopDelayMs: { p50: 1, p99: 2, max: 3 },
    },
    generator: {
      workers: 1,
      missedArrivals: 2,
      cpuMsPerAttempt: 0.9,
      cpuUserMs: 6,
      cpuSystemMs: 3,
      eventLoopLagMs: { p50: 4, p99: 5, max: 6 },
      scheduleErrorMs: { p50: 7, p99: 8, max: 9 },
    },
    accounting: { scheduled: started + 2, started, missedArrivals: 2, finished: started - 1, unfinished: 1 },
    corpus: { identities: 10, crlEntries: 0, crlBytes: 0 },
    ...more,
  };
}
