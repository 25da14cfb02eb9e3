import { z } from 'zod';
import { count } from './scalars.ts';

/** What a ramp or a search is held against: `expression` as written, `limit` in `unit`. */
export const objectiveSchema = z.looseObject({
  expression: z.string(),
  metric: z.string(),
  limit: z.number(),
  unit: z.string(),
});

const bounds = {
  keptUpTo: z
    .number()
    .optional()
    .describe('Highest rate with all as it should be; absent where there was none'),
  missedFrom: z.number().optional().describe('Next rate that was tried; absent where none missed'),
};

/**
 * How many unwelcome clients a second it takes until those who are welcome are no longer served as they should be: their objective is
 * missed, a session is lost, or more than one in a hundred of them is turned away.
 */
export const breakingPointSchema = z.looseObject({
  objective: z.string(),
  how: z.enum(['ramp', 'search']),
  ...bounds,
  rounds: z.array(z.looseObject(bounds)),
  interval: z
    .looseObject({
      estimate: z.number(),
      low: z.number(),
      high: z.number(),
      confidence: z.number(),
      rounds: count,
    })
    .optional()
    .describe(
      'Over the rounds that broke, two at least: from the lower end of where they still kept it to the upper end of where they missed it',
    ),
});
