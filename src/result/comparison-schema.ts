import { z } from 'zod';
import { count } from './scalars.ts';

/** One metric of two variants or two runs held against each other, with the interval of its ratio and the word for it. */
export const comparisonSchema = z.looseObject({
  metric: z.string(),
  baseline: z.string(),
  candidate: z.string(),
  ratio: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number().describe('Of the interval, corrected for the number of metrics compared'),
  verdict: z.enum(['faster', 'same', 'slower', 'inconclusive']),
  unit: z.string().optional(),
  gated: z.boolean().optional().describe('Whether `slower` fails the run'),
  tolerance: z.number().optional().describe('Smallest slowdown worth failing for: 0.05 for 5 %'),
  toleranceAsked: z
    .number()
    .optional()
    .describe('What the tolerance was asked to be, where the recorded noise of this machine made it wider'),
  pValue: z.number().optional(),
  correction: z.string().optional().describe('How the family of metrics was corrected for its number'),
  method: z.string().optional(),
  paired: z.boolean().optional().describe('Rounds of one run, measured side by side'),
  rounds: z.looseObject({ baseline: count, candidate: count }).optional(),
  roundSd: z.number().optional().describe('Spread of single rounds, as the SD of the log ratio'),
  betweenRunsSd: z
    .number()
    .optional()
    .describe('What runs of one and the same thing differ by, as the SD of the log; only between runs'),
  betweenRunsSource: z.enum(['recorded', 'assumed']).optional(),
  reference: z.string().optional().describe('The variant that each round was divided by, in both results'),
  normalisedBy: z
    .number()
    .optional()
    .describe("What the baseline's figures were multiplied by, its machine being another"),
  roundsToDecide: count
    .nullable()
    .optional()
    .describe('Rounds that would give a verdict other than inconclusive; null where no number would'),
  differs: z
    .record(z.string(), z.tuple([z.unknown(), z.unknown()]))
    .optional()
    .describe('Labels that are not the same, with both values'),
});
