import { z } from 'zod';
import { count } from './scalars.ts';

/** What a search for the highest rate found, by rates tried for a round's length each. */
export const limitSchema = z.looseObject({
  objective: z.string(),
  low: z.number().describe('Highest rate that met the objective; 0 where none did'),
  high: z.number().optional().describe('Lowest rate that did not; absent where all did'),
  probes: z.array(
    z.looseObject({
      rate: z.number(),
      met: z.boolean(),
      observed: z.number().nullable().describe("The objective's metric"),
      attempts: count,
      floodRate: z
        .number()
        .optional()
        .describe('Attempts a second of clients that should be turned away, where there are some'),
    }),
  ),
});
