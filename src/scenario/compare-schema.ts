import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';

const variantName = z.string().min(1).max(120);

/** A share above zero, as people write it. */
function percentage() {
  return z.union([z.number().gt(0).max(10), z.string().regex(/^(?=.*[1-9])\d{1,4}(?:\.\d{1,3})?%$/)]);
}

/** What is compared with what, and what a difference does. */
export function compareSchema() {
  return z.strictObject({
    baseline: variantName.optional().meta(
      about('The variant that all others of the run are held against, round beside round.', {
        example: 'before',
      }),
    ),
    pairs: z
      .array(
        z.strictObject({
          baseline: variantName.meta(about('The variant that is held against.', { example: 'openssl-3.0' })),
          candidate: variantName.meta(about('The variant that is judged.', { example: 'openssl-3.5' })),
        }),
      )
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'Pairs of variants, in place of one baseline for all.', noun: 'pair' }),
    reference: variantName
      .optional()
      .meta(
        about(
          'A variant that never changes and stands for the machine. Against a stored baseline every round is divided by the round of this variant beside it, in both results, so that what the machine does from day to day cancels.',
          { example: 'bundled' },
        ),
      ),
    tolerance: percentage()
      .default('5%')
      .meta(
        about('Smallest slowdown worth failing for.', {
          example: '5%',
          expected: 'a share such as 5% or 0.05',
        }),
      ),
    tolerances: z
      .record(z.string(), percentage())
      .default({})
      .meta(
        about('Tolerances of single metrics, where they are others.', {
          example: { 'good.authenticated.p50': '15%' },
          expected: 'a map from metrics to shares, such as good.authenticated.p50: 15%',
        }),
      ),
    gate: z
      .array(z.string())
      .default(['target.cpuMsPerAttempt'])
      .meta(
        about('Metrics that fail the run when they are slower; none where the list is empty.', {
          example: ['target.cpuMsPerAttempt', 'good.authenticated.p50'],
        }),
      ),
    also: z
      .array(z.string())
      .optional()
      .meta(
        about('Metrics that are compared and told, and fail nothing.', {
          example: ['good.authenticated.p90'],
          otherwise: 'the median latency of each cohort',
        }),
      ),
    budget: positiveDuration()
      .optional()
      .meta(
        duration(
          'Goes on with further rounds until every gated metric is decided, and no longer than this (`--rounds auto`, `--budget`).',
          { example: '5m', otherwise: 'a fixed number of rounds' },
        ),
      ),
  });
}
