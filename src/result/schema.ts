import { z } from 'zod';
import { outcomeKinds } from '../metrics/outcome.ts';
import { breakingPointSchema, objectiveSchema } from './breaking-point-schema.ts';
import { comparisonSchema } from './comparison-schema.ts';
import { cpuSourcesSchema } from './cpu-sources-schema.ts';
import { inFlightMemorySchema } from './in-flight-memory-schema.ts';
import { kernelSchema } from './kernel-schema.ts';
import { limitSchema } from './limit-schema.ts';
import { eventResultSchema, lagSchema, revocationFiguresSchema, serviceSchema } from './revocation-schema.ts';
import { count, latencySchema, ms } from './scalars.ts';
import { negotiatedSchema, type recoverySchema, sessionsSchema } from './session-schema.ts';

/** The words of outcomes and of what is timed, for those who read results and know no recorder. */
export {
  latencyNames,
  type OutcomeKind,
  outcomeKinds,
  refusalKinds,
  responseNames,
} from '../metrics/outcome.ts';
export { latencySchema } from './scalars.ts';

/**
 * result.json, schema `certstorm/result@1`. Times are milliseconds, sizes bytes, unless the name says otherwise. Objects are loose: a
 * later version may add fields, and a reader of this version passes them on.
 */
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
  expected: z
    .enum([
      'accept',
      'reject',
      'reject-at-tls',
      'reject-at-connect',
      'reject-at-authorization',
      'accept-until-revoked',
    ])
    .describe('`accept-until-revoked`: identities that an event of the scenario revokes in mid-round'),
  expectedCause: z.string().optional(),
  defect: z.string(),
  messageOrder: z
    .string()
    .optional()
    .describe(
      'In which wrong order the clients sent the messages of the handshake; absent where in the right one',
    ),
  clause: z
    .string()
    .optional()
    .describe('What the defect, or the order of messages, breaks: `RFC 5280 4.1.2.5`'),
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
      refusedAtAuthorization: count
        .optional()
        .describe('Let in, and refused the first thing that it may not do'),
      abandoned: count,
      causes: z.record(z.string(), count),
    })
    .optional()
    .describe("The broker's own count of this cohort, where it keeps one"),
  lag: lagSchema.optional().describe('Of identities that were revoked in mid-round'),
  sessions: sessionsSchema.optional(),
  negotiated: negotiatedSchema.optional(),
});

const spreadSchema = z.looseObject({ p50: ms, p99: ms, max: ms });
const collectionsSchema = z.looseObject({ count, totalMs: ms, maxMs: ms });

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
  cpuSources: cpuSourcesSchema.optional(),
  rssPeakMiB: z.number().optional(),
  threads: count.optional().describe('At most, of the process and of all that it has started'),
  eventLoopDelayMs: spreadSchema.optional(),
  collections: collectionsSchema
    .optional()
    .describe(
      'Garbage collections that held up the target’s main thread while rounds ran; where they can be seen',
    ),
  revocation: revocationFiguresSchema.optional(),
});

export const generatorFigures = z.looseObject({
  cpuMsPerAttempt: z.number().optional(),
  cpuUserMs: z.number().optional(),
  cpuSystemMs: z.number().optional(),
  eventLoopLagMs: spreadSchema.optional(),
  scheduleErrorMs: spreadSchema.optional(),
  scheduleErrorHistogram: z
    .string()
    .optional()
    .describe(
      'Actual minus scheduled start over all rounds; HdrHistogram V2 compressed base64, microseconds',
    ),
  collections: collectionsSchema
    .optional()
    .describe('Garbage collections of the storm workers while rounds ran'),
  missedArrivals: count,
});

const asymmetrySchema = z
  .looseObject({ targetMs: z.number(), askedMs: z.number(), clientMs: z.number(), ratio: z.number() })
  .optional()
  .describe(
    "CPU per attempt of the target, of what it asks, and of the generator; and the target's side ÷ the client's",
  );

const binsSchema = z.looseObject({
  boundsMs: z.array(ms).describe('Upper bound of each bin'),
  cohorts: z.array(
    z.looseObject({
      name: z.string(),
      counts: z
        .string()
        .describe('Slices parted by `;`, each of `bin:count` parted by spaces; bins count from 0'),
    }),
  ),
});

export const roundSchema = z.looseObject({
  index: count,
  order: count.describe('Place of this round in the order in which all rounds of the run were measured'),
  startedAt: z.string(),
  elapsedMs: ms,
  complete: z.boolean(),
  interruption: z.string().optional(),
  machine: z
    .looseObject({
      calibration: z
        .record(z.string(), z.number())
        .describe('Microseconds an operation, just before the round'),
      loadAverage1: z.number(),
      stealShare: z.number().optional(),
      otherCores: z.number().optional().describe('CPU used by neither the target nor certstorm, in cores'),
      frequencyMHz: z.number().optional(),
      throttles: count.optional(),
      noisy: z
        .array(z.string())
        .optional()
        .describe('What these signals say against the round; it counts all the same'),
    })
    .optional()
    .describe('What the system told of itself during the round'),
  accounting: accountingSchema,
  target: targetFigures,
  generator: generatorFigures,
  services: z.array(serviceSchema).optional(),
  asymmetry: asymmetrySchema,
  events: z.array(eventResultSchema).optional(),
  kernel: kernelSchema.optional(),
  limit: limitSchema
    .optional()
    .describe(
      'Of a search for the highest rate; the round was played at `low`, or at the lowest rate tried where none held',
    ),
  cohorts: z.array(
    z.looseObject({
      name: z.string(),
      attempts: count,
      falseAccepts: count,
      falseRejects: count,
      errors: count,
      latencyMs: latencyMsSchema,
      lag: lagSchema.optional(),
      sessions: sessionsSchema.optional(),
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
        held: z.array(count).optional().describe('Sessions held at the end of the slice'),
        missedPings: z.array(count).optional().describe('PINGREQ whose time ran out in the slice'),
      }),
    ),
    target: z
      .looseObject({ atMs: z.array(ms), cpuMs: z.array(ms), rssMiB: z.array(z.number()) })
      .optional()
      .describe('Samples of the target during the round; cpuMs is cumulative from the start of the round'),
    latency: binsSchema
      .optional()
      .describe('Service time of decided attempts by the slice in which they ended'),
    publish: binsSchema
      .optional()
      .describe('PUBLISH with QoS 1 to its PUBACK, by the slice in which the PUBACK came'),
  }),
});

export const variantSchema = z.looseObject({
  name: z.string(),
  labels: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  failure: z.string().optional().describe('Why no round of this variant could be measured'),
  impossible: z
    .literal(true)
    .optional()
    .describe('The failure is what the target has not been made for; it is not held against the run'),
  notInstalled: z
    .literal(true)
    .optional()
    .describe(
      'The failure is that the target, or a database that it asks, is not on this machine; it is not held against the run',
    ),
  objective: objectiveSchema.optional().describe('Of a ramp, or of a search for the highest rate'),
  breakingPoint: breakingPointSchema.optional(),
  rounds: z.array(roundSchema),
  cohorts: z.array(cohortSchema).describe('Merged over the rounds'),
  target: targetFigures.extend({
    kind: z.string(),
    version: z.string(),
    address: z.string(),
    inFlightMemory: inFlightMemorySchema
      .optional()
      .describe('What an attempt in flight takes of the target’s memory, measured before the first round'),
    remarks: z.array(z.string()).optional().describe('What a reader of its figures must know'),
    tuned: z
      .array(z.string())
      .optional()
      .describe(
        'How its configuration, which is kept under targets/, differs from the defaults of its makers',
      ),
  }),
  generator: generatorFigures.extend({ workers: count }),
  accounting: accountingSchema,
  services: z.array(serviceSchema).optional(),
  asymmetry: asymmetrySchema,
  corpus: z.looseObject({
    identities: count,
    crlEntries: count,
    crlBytes: count,
    certificateBytes: z
      .looseObject({ server: count.optional(), cohorts: z.record(z.string(), z.number()) })
      .optional()
      .describe('DER of the chain that the broker shows, and that a client of each cohort shows on average'),
    lifetimeMs: ms.optional().describe('Validity of the clients’ certificates, where they are short-lived'),
    makeMsPerIdentity: ms
      .optional()
      .describe('CPU time for one key and certificate, measured beside the run: what a renewal costs'),
  }),
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
  comparisonNotes: z
    .array(z.string())
    .optional()
    .describe('What a reader of the comparisons should know: variants left out, figures converted'),
  thresholds: z.array(thresholdResultSchema),
  verdict: verdictSchema,
});

export type Result = z.infer<typeof resultSchema>;
export type VariantResult = z.infer<typeof variantSchema>;
export type CohortResult = z.infer<typeof cohortSchema>;
export type RoundResult = z.infer<typeof roundSchema>;
export type ServiceResult = z.infer<typeof serviceSchema>;
export type EventResult = z.infer<typeof eventResultSchema>;
export type Lag = z.infer<typeof lagSchema>;
export type RevocationFigures = z.infer<typeof revocationFiguresSchema>;
export type KernelCounts = z.infer<typeof kernelSchema>;
export type Objective = z.infer<typeof objectiveSchema>;
export type BreakingPoint = z.infer<typeof breakingPointSchema>;
export type CpuSources = z.infer<typeof cpuSourcesSchema>;
export type InFlightMemory = z.infer<typeof inFlightMemorySchema>;
export type Limit = z.infer<typeof limitSchema>;
export type Sessions = z.infer<typeof sessionsSchema>;
export type Recovery = z.infer<typeof recoverySchema>;
export type Negotiated = z.infer<typeof negotiatedSchema>;
export type Latency = z.infer<typeof latencySchema>;
export type ThresholdResult = z.infer<typeof thresholdResultSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Accounting = z.infer<typeof accountingSchema>;
export type TargetFigures = z.infer<typeof targetFigures>;
export type GeneratorFigures = z.infer<typeof generatorFigures>;
