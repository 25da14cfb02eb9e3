import { z } from 'zod';

/** Share of the CPU by which two sources may differ. */
export const agreementShare = 0.05;

/** The CPU of one process or server by two ways of accounting. */
export const cpuSourcesSchema = z.looseObject({
  used: z
    .string()
    .describe(
      'Where the figures above come from: `getrusage`, `/proc/PID/stat`, `/proc/PID/task schedstat`, …',
    ),
  other: z.string(),
  usedMs: z.number(),
  otherMs: z.number(),
  difference: z.number().optional().describe('Of the other from the one used: 0.02 for 2 % more'),
  grainMs: z
    .number()
    .describe('What they may differ by for being rounded to ticks and not read at one moment'),
  agree: z.boolean().describe('Within 5 %, or within the grain'),
});
