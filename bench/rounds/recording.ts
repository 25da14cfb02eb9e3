import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Rounds recorded on a real broker, for trying statistics on: the first line of a file is its header, each further one a round. `session`
 * counts runs: within one the variants' rounds were interleaved, and from one to the next every broker was started anew.
 */
export const headerSchema = z.strictObject({
  schema: z.literal('certstorm/recorded-rounds@1'),
  recordedAt: z.string(),
  machine: z.string(),
  runtime: z.string(),
  openssl: z.string(),
  load: z.string(),
  /** By variant: the share of CPU that a busy-wait in the broker adds to each attempt; 0 for the plain ones. */
  slowdowns: z.record(z.string(), z.number()),
});

export const lineSchema = z.strictObject({
  session: z.int(),
  round: z.int(),
  order: z.int(),
  variant: z.string(),
  attempts: z.int(),
  cpuMsPerAttempt: z.number(),
  /** Milliseconds to CONNACK. */
  p50: z.number(),
  p99: z.number(),
  p256Sign: z.number(),
  stealShare: z.number().nullable(),
  otherCores: z.number().nullable(),
  noisy: z.boolean(),
});

export type RecordingHeader = z.infer<typeof headerSchema>;
export type RecordedRound = z.infer<typeof lineSchema>;
export type Recording = { name: string; header: RecordingHeader; rounds: RecordedRound[] };

export const recordingsFolder = new URL('../../test/fixtures/rounds/', import.meta.url).pathname;

/** Every recording of a folder, by its file's name. Throws when a line is not in its form. */
export function readRecordings(folder = recordingsFolder): Recording[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => {
      const [first = '', ...lines] = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
      return {
        name: name.replace(/\.jsonl$/, ''),
        header: headerSchema.parse(JSON.parse(first)),
        rounds: lines.map((line) => lineSchema.parse(JSON.parse(line))),
      };
    });
}
