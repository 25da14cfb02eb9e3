import { z } from 'zod';
import { cpuSourcesSchema } from './cpu-sources-schema.ts';
import { count, ms } from './scalars.ts';

/** A service that a broker asked while a variant was measured: OCSP responder, distribution point, auth service, database. */
export const serviceSchema = z.looseObject({
  kind: z.string().describe('`ocsp`, `crl`, `auth` or `database`'),
  version: z.string().optional(),
  address: z.string().optional(),
  cpuMsPerAttempt: z.number().optional(),
  cpuUserMs: z.number().optional(),
  cpuSystemMs: z.number().optional(),
  cpuSources: cpuSourcesSchema.optional(),
  rssPeakMiB: z.number().optional(),
  requests: z.record(z.string(), count).optional().describe('By method'),
  answers: z.record(z.string(), count).optional().describe('By what was answered'),
  bytesSent: z.number().optional().describe('Over all rounds, or in the one'),
  bytesReceived: z.number().optional(),
});

/** How the target's revocation check fared. */
export const revocationFiguresSchema = z.looseObject({
  check: z.string(),
  entries: count.optional().describe('Serial numbers that are looked up'),
  bytes: count.optional().describe('Size of what they were read from'),
  memoryMiB: z.number().optional().describe('What the index of them takes'),
  loadMs: ms.optional().describe('Reading them, off the main thread where the broker can'),
  ageMs: ms.optional().describe('Time since thisUpdate of what is used, at the end'),
  swaps: count.optional().describe('How often a newer list took over'),
  stallMs: ms.optional().describe('Longest delay of the event loop around a swap'),
  requests: count.optional().describe('Questions to the OCSP responder'),
  cacheHits: count.optional(),
  bytesReceived: count.optional(),
  bytesPerDeviceHour: z
    .number()
    .optional()
    .describe('Questions and answers, or lists fetched, over devices and time: at the rates of this run'),
  failedOpen: count.optional().describe('Clients let in because their status could not be had'),
  failedClosed: count.optional(),
  troubles: z
    .record(z.string(), count)
    .optional()
    .describe('What was wrong with lists and responses, by cause'),
});

/** Something that happened in mid-round; `atMs` is when it was done, from the start of the round. */
export const eventResultSchema = z.looseObject({
  kind: z.enum(['revoke', 'faults']),
  atMs: ms,
  doneMs: ms.optional().describe('When services and target had been told'),
  slowestMs: ms
    .optional()
    .describe(
      'Slowest attempt of those that ended until then or right behind it, up to the bound of its bin',
    ),
  cohort: z.string().optional(),
  identities: count.optional(),
  service: z.string().optional(),
  faults: z.array(z.string()).optional(),
});

/**
 * What a revocation in mid-round did to the identities that were revoked. Times count from the moment of revocation; an attempt counts by
 * its start. Several rounds: the shortest first refusal and the longest last accept.
 */
export const lagSchema = z.looseObject({
  revokedAtMs: ms.describe('From the start of the round'),
  identities: count,
  attemptsAfter: count.optional(),
  acceptedAfter: count.optional().describe('Let in although revoked by then'),
  firstRefusalMs: ms.optional().describe('Absent where none was refused'),
  lastAcceptMs: ms.optional().describe('Absent where none was let in after the revocation'),
  sessionsCut: count.optional().describe('Established sessions that the target ended'),
  firstCutMs: ms.optional(),
  lastCutMs: ms.optional(),
  sessionsKept: count.optional().describe('Established sessions that lived on to the end of the round'),
});
