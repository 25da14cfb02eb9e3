import { z } from 'zod';
import { about, anyDuration, duration, positiveDuration } from './about.ts';
import { limits } from './limits.ts';

export const loadModels = [
  'constant-arrival-rate',
  'ramping-arrival-rate',
  'constant-vus',
  'ramping-vus',
] as const;

/** How many attempts, how fast, for how long. What a model needs and refuses is checked in load-checks.ts. */
export function loadSchema() {
  return z.strictObject({
    model: z
      .enum(loadModels)
      .meta(
        about(
          '`…-arrival-rate` starts attempts on a schedule whatever the broker does (open model); `…-vus` lets each virtual user start its next attempt when its last one ended (closed model).',
          { noun: 'load model', example: 'constant-arrival-rate' },
        ),
      ),
    rate: z
      .number()
      .min(0)
      .max(limits.rate)
      .optional()
      .meta(
        about(
          'Attempts started in a second; in the ramping model, the rate that the first stage starts from.',
          {
            unit: 'attempts/s',
            example: 200,
            otherwise: 'none for `constant-arrival-rate`, which needs it; 0 for `ramping-arrival-rate`',
          },
        ),
      ),
    vus: z
      .int()
      .min(0)
      .max(limits.vus)
      .optional()
      .meta(
        about('Virtual users; in the ramping model, the number that the first stage starts from.', {
          unit: 'virtual users',
          example: 50,
          otherwise: 'none for `constant-vus`, which needs it; 0 for `ramping-vus`',
        }),
      ),
    duration: positiveDuration()
      .optional()
      .meta(
        duration('Length of the measured window of a round, in the constant models.', {
          example: '10s',
          otherwise: 'none: the constant models need it, in the ramping models the stages add up to it',
        }),
      ),
    stages: z
      .array(
        z.strictObject({
          duration: positiveDuration().meta(duration('How long this stage takes.', { example: '5s' })),
          target: z
            .number()
            .min(0)
            .max(limits.rate)
            .meta(
              about(
                'Rate or number of virtual users at the end of the stage; the way there is a straight line.',
                {
                  unit: 'attempts/s or virtual users',
                  example: 500,
                },
              ),
            ),
        }),
      )
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Stages of the ramping models, one after the other.', noun: 'stage' }),
    warmup: anyDuration()
      .default('1s')
      .meta(
        duration('Attempts of this long at the same load before the measured window; recorded nowhere.', {
          example: '2s',
        }),
      ),
    maxInFlight: z
      .int()
      .min(1)
      .max(limits.vus)
      .default(1000)
      .meta(
        about(
          'Open models: an arrival that finds this many attempts in flight is not started and counts as missed.',
          {
            unit: 'attempts',
            example: 5000,
          },
        ),
      ),
    attemptTimeout: positiveDuration()
      .default('10s')
      .meta(duration('An attempt without an outcome after this long ends as `timeout`.', { example: '30s' })),
    gracefulStop: anyDuration()
      .default('5s')
      .meta(
        duration(
          'How long attempts in flight may still end after the window has closed; the rest counts as unfinished.',
          {
            example: '10s',
          },
        ),
      ),
  });
}
