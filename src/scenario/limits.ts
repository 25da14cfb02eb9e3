/** What a run can bear at most; refused above, so that a slip of the finger starts nothing. */
export const limits = {
  cohorts: 250,
  variants: 500,
  events: 1000,
  authorizationRules: 100_000,
  identities: 1_000_000,
  crlEntries: 10_000_000,
  rate: 1_000_000,
  vus: 100_000,
  /** Of a trace. */
  traceArrivals: 5_000_000,
  /** Messages a second of one client, and bytes of one message. */
  publishRate: 1_000,
  publishBytes: 1_048_576,
  durationMs: 7 * 24 * 3_600_000,
  /** Attempts of one variant over all its rounds: counters are 32 bits wide. */
  attempts: 2 ** 31 - 1,
} as const;

/** First words of metrics that belong to no cohort (`all.falseAccepts`, `target.rssPeakMiB`): no cohort may be called so. */
export const reservedCohortNames = [
  'all',
  'target',
  'generator',
  'accounting',
  'limit',
  'breakingPoint',
] as const;
