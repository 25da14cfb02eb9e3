import { z } from 'zod';
import { outcomeKinds } from '../metrics/outcome.ts';

/** The words of an outcome, for those who read results and know no recorder. */
export { type OutcomeKind, outcomeKinds, refusalKinds } from '../metrics/outcome.ts';

/**
 * result.json, schema `certstorm/result@1`. Times are milliseconds, sizes bytes, unless the name says otherwise. Objects are loose: a
 * later version may add fields, and a reader of this version passes them on.
 */
const count = z.int().min(0);
const ms = z.number();

export const latencySchema = z
  .looseObject({ count, min: ms, mean: ms, p50: ms, p90: ms, p99: ms, p999: ms, max: ms })
  .describe('Percentiles of one phase, milliseconds');

const latencyMsSchema = z.looseObject({
  tcpConnect: latencySchema.optional(),
  tlsHandshake: latencySchema.optional(),
  serverHello: latencySchema.optional(),
  serverFinished: latencySchema.optional(),
  authenticated: latencySchema.optional(),
  rejected: latencySchema.optional(),
});

export const outcomeSchema = z.looseObject({ kind: z.enum(outcomeKinds), detail: z.string(), count });

export const cohortSchema = z.looseObject({
  name: z.string(),
  /** `accept`, `reject`, `reject-at-tls` or `reject-at-connect`. */
  expected: z.enum(['accept', 'reject', 'reject-at-tls', 'reject-at-connect']),
  expectedCause: z.string().optional(),
  defect: z.string(),
  driver: z.string(),
  attempts: count.describe('Attempts that were started'),
  outcomes: z.array(outcomeSchema),
  falseAccepts: count,
  falseRejects: count,
  errors: count.describe(
    'Attempts that ended without a decision of the target: timeout, connect-failed, local-error',
  ),
  latencyMs: latencyMsSchema.describe('Service time: from the actual start'),
  responseMs: z
    .looseObject({ authenticated: latencySchema.optional(), rejected: latencySchema.optional() })
    .describe('Response time: from the scheduled start; empty in the closed models'),
  histograms: z
    .record(z.string(), z.string())
    .describe('HdrHistogram V2 compressed base64, microseconds, for each latency and `response.…`'),
  bytes: z
    .looseObject({ sent: z.number(), received: z.number() })
    .describe('Mean bytes per finished attempt'),
  brokerCounts: z
    .looseObject({
      accepted: count,
      refusedAtTls: count,
      refusedAtConnect: count,
      abandoned: count,
      causes: z.record(z.string(), count),
    })
    .optional()
    .describe("The broker's own count of this cohort, where it keeps one"),
});

const spreadSchema = z.looseObject({ p50: ms, p99: ms, max: ms });

export const accountingSchema = z.looseObject({
  scheduled: count,
  started: count,
  missedArrivals: count,
  finished: count,
  unfinished: count,
});

export const targetFigures = z.looseObject({
  cpuMsPerAttempt: z.number().optional(),
  cpuUserMs: z.number().optional(),
  cpuSystemMs: z.number().optional(),
  rssPeakMiB: z.number().optional(),
  eventLoopDelayMs: spreadSchema.optional(),
});

export const generatorFigures = z.looseObject({
  cpuMsPerAttempt: z.number().optional(),
  cpuUserMs: z.number().optional(),
  cpuSystemMs: z.number().optional(),
  eventLoopLagMs: spreadSchema.optional(),
  scheduleErrorMs: spreadSchema.optional(),
  missedArrivals: count,
});

export const roundSchema = z.looseObject({
  index: count,
  order: count.describe('Place of this round in the order in which all rounds of the run were measured'),
  startedAt: z.string(),
  elapsedMs: ms,
  complete: z.boolean(),
  interruption: z.string().optional(),
  accounting: accountingSchema,
  target: targetFigures,
  generator: generatorFigures,
  cohorts: z.array(
    z.looseObject({
      name: z.string(),
      attempts: count,
      falseAccepts: count,
      falseRejects: count,
      errors: count,
      latencyMs: latencyMsSchema,
    }),
  ),
  timeline: z.looseObject({
    intervalMs: ms,
    cohorts: z.array(
      z.looseObject({
        name: z.string(),
        started: z.array(count),
        accepted: z.array(count),
        refused: z.array(count),
        failed: z.array(count),
      }),
    ),
    target: z
      .looseObject({ atMs: z.array(ms), cpuMs: z.array(ms), rssMiB: z.array(z.number()) })
      .optional()
      .describe('Samples of the target during the round; cpuMs is cumulative from the start of the round'),
  }),
});

export const variantSchema = z.looseObject({
  name: z.string(),
  labels: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  failure: z.string().optional().describe('Why no round of this variant could be measured'),
  rounds: z.array(roundSchema),
  cohorts: z.array(cohortSchema).describe('Merged over the rounds'),
  target: targetFigures.extend({ kind: z.string(), version: z.string(), address: z.string() }),
  generator: generatorFigures.extend({ workers: count }),
  accounting: accountingSchema,
  corpus: z.looseObject({ identities: count, crlEntries: count, crlBytes: count }),
});

export const thresholdResultSchema = z.looseObject({
  expression: z.string(),
  variant: z.string(),
  metric: z.string(),
  observed: z
    .number()
    .nullable()
    .describe('null where the run gave no such figure; such a threshold has failed'),
  limit: z.number(),
  unit: z.string(),
  passed: z.boolean(),
});

export const comparisonSchema = z.looseObject({
  metric: z.string(),
  baseline: z.string(),
  candidate: z.string(),
  ratio: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number(),
  verdict: z.enum(['faster', 'same', 'slower', 'inconclusive']),
});

export const verdictSchema = z.looseObject({
  word: z.enum([
    'passed',
    'false verdicts',
    'not valid',
    'regressed',
    'no baseline',
    'threshold failed',
    'interrupted',
    'failed',
  ]),
  exitCode: z.int(),
  reasons: z.array(z.string()),
});

export const environmentSchema = z.looseObject({
  certstorm: z.string(),
  runtime: z.string(),
  openssl: z.string(),
  cpu: z.string(),
  cores: count,
  memoryMiB: count,
  kernel: z.string(),
  platform: z.string(),
  fileDescriptorLimit: count.optional(),
  calibration: z
    .record(z.string(), z.number())
    .describe('Microseconds an operation, median; see stats/calibration'),
});

export const resultSchema = z.looseObject({
  schema: z.literal('certstorm/result@1'),
  scenario: z
    .looseObject({ name: z.string(), description: z.string(), seed: z.int() })
    .describe('The resolved plan'),
  seed: z.int(),
  environment: environmentSchema,
  valid: z.boolean(),
  invalidReasons: z.array(z.string()),
  interrupted: z.boolean(),
  startedAt: z.string(),
  finishedAt: z.string(),
  variants: z.array(variantSchema),
  comparisons: z.array(comparisonSchema),
  thresholds: z.array(thresholdResultSchema),
  verdict: verdictSchema,
});

export type Result = z.infer<typeof resultSchema>;
export type VariantResult = z.infer<typeof variantSchema>;
export type CohortResult = z.infer<typeof cohortSchema>;
export type RoundResult = z.infer<typeof roundSchema>;
export type Latency = z.infer<typeof latencySchema>;
export type ThresholdResult = z.infer<typeof thresholdResultSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Accounting = z.infer<typeof accountingSchema>;
export type TargetFigures = z.infer<typeof targetFigures>;
export type GeneratorFigures = z.infer<typeof generatorFigures>;
