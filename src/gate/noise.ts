import { z } from 'zod';

/**
 * What a metric varies by on one machine when nothing changes, as standard deviations of its natural logarithm: 0.02 is about 2 %. Written
 * by `certstorm calibrate`, from several runs of one scenario.
 */
export const noiseSchema = z.looseObject({
  schema: z.literal('certstorm/noise@1'),
  scenario: z.string(),
  machine: z.string(),
  runtime: z.string(),
  measuredAt: z.string(),
  reference: z.string().nullable().describe('The variant that each round was divided by'),
  runs: z.int().min(2),
  rounds: z.int().min(2).describe('Of each run'),
  variants: z.array(
    z.looseObject({
      name: z.string(),
      metrics: z.record(
        z.string(),
        z.looseObject({
          betweenRunsSd: z.number().min(0),
          roundSd: z.number().min(0),
          degrees: z.number().min(1).describe('Degrees of freedom of betweenRunsSd'),
        }),
      ),
    }),
  ),
});

export type Noise = z.infer<typeof noiseSchema>;
export type MetricNoise = Noise['variants'][number]['metrics'][string];

/** Of one variant's metric, measured over the same reference, if any. */
export function noiseOf(
  noise: Noise | null,
  variant: string,
  metric: string,
  reference: string | undefined,
): MetricNoise | undefined {
  if ((noise?.reference ?? null) !== (reference ?? null)) return undefined;
  return noise?.variants.find(({ name }) => name === variant)?.metrics[metric];
}
