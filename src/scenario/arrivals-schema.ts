import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { limits } from './limits.ts';

/** When the clients of a cohort come, where the load's own arrivals are not theirs. */
export function arrivalsSchema() {
  return z.strictObject({
    rate: z
      .number()
      .min(0.01)
      .max(limits.rate)
      .optional()
      .meta(
        about('Attempts of this cohort in a second, evenly, through the whole round.', {
          unit: 'attempts/s',
          example: 20,
          otherwise: 'none: `rate` or `within`',
        }),
      ),
    within: positiveDuration()
      .optional()
      .meta(
        duration(
          'Each of its identities connects once, evenly over this time; only then the load itself begins. For a fleet that is there already: with `session`.',
          { example: '1s', otherwise: 'none: `rate` or `within`' },
        ),
      ),
  });
}
