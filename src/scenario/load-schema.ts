import { z } from 'zod';
import { about, anyDuration, duration, positiveDuration } from './about.ts';
import { limits } from './limits.ts';
import { loadModels } from './load-models.ts';

/** What a client does that was cut or refused; the words are the storm's. */
export const backoffPolicies = [
  'none',
  'fixed',
  'exponential',
  'full-jitter',
  'decorrelated-jitter',
] as const;

/** How many attempts, how fast, for how long. What a model needs and refuses is checked in load-checks.ts. */
export function loadSchema() {
  return z.strictObject({
    model: z
      .enum(loadModels)
      .meta(
        about(
          '`…-arrival-rate`, `poisson`, `thundering-herd` and `trace` start attempts on a schedule whatever the broker does (open models); `…-vus` lets each virtual user start its next attempt when its last one ended (closed models); `reconnect-storm` cuts all clients at once and lets them come back; `find-limit` looks for the highest rate that meets an objective, then measures at it.',
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
    thinkTime: anyDuration()
      .optional()
      .meta(
        duration('Closed models: mean of the time that a virtual user waits between two attempts.', {
          example: '500ms',
          otherwise: 'none',
        }),
      ),
    clients: z
      .int()
      .min(1)
      .max(limits.vus)
      .optional()
      .meta(
        about('Clients of `thundering-herd` and `reconnect-storm`.', {
          unit: 'clients',
          example: 1000,
          otherwise: 'none: these models need it',
        }),
      ),
    spread: anyDuration()
      .optional()
      .meta(
        duration('Over how long the clients connect, evenly, from the start of the window.', {
          example: '1s',
          otherwise: '1s for `thundering-herd`, 5s for `reconnect-storm`',
        }),
      ),
    cutAt: positiveDuration()
      .optional()
      .meta(
        duration('`reconnect-storm`: when all clients lose their connection, from the start of the window.', {
          example: '10s',
          otherwise: 'none: this model needs it',
        }),
      ),
    backoff: z
      .strictObject({
        policy: z
          .enum(backoffPolicies)
          .default('full-jitter')
          .meta(
            about('How the waits of a client grow and scatter.', {
              noun: 'back-off policy',
              example: 'decorrelated-jitter',
            }),
          ),
        base: positiveDuration()
          .default('1s')
          .meta(duration('The first wait, or the bound of it.', { example: '1s' })),
        cap: positiveDuration()
          .default('60s')
          .meta(duration('The longest wait.', { example: '60s' })),
      })
      .optional()
      .meta({ description: '`reconnect-storm`: when a client tries again that was cut or refused.' }),
    trace: z
      .strictObject({
        file: z
          .string()
          .min(1)
          .max(500)
          .meta(
            about(
              'CSV: a time in seconds and the name of a cohort on each line, in the order of the times. A path from where certstorm is started.',
              { example: 'arrivals.csv' },
            ),
          ),
        speed: z
          .number()
          .min(0.001)
          .max(100_000)
          .default(1)
          .meta(about('How much faster it is played than it was written down.', { example: 10 })),
      })
      .optional()
      .meta({ description: '`trace`: arrivals to play again.' }),
    objective: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta(
        about(
          '`find-limit`: what a rate has to meet, written like a threshold. `ramping-arrival-rate`: the p99 of a connect or of a publish that each step of the ramp is held against, so that the result tells the rate at which it breaks.',
          {
            example: 'good.authenticated.p99 < 250ms',
            otherwise: 'none: `find-limit` needs it',
          },
        ),
      ),
    precision: z
      .union([z.number().min(0.01).max(1), z.string().regex(/^(?:100|[1-9]\d?)%$/)])
      .optional()
      .meta(
        about('`find-limit`: how far the rate that holds and the rate that fails may lie apart.', {
          example: '5%',
          expected: 'a share from 1% to 100%',
          otherwise: '10%',
        }),
      ),
    memoryProbe: z
      .int()
      .min(20)
      .max(10_000)
      .optional()
      .meta(
        about(
          'So many attempts are held in flight before the first round, where the broker waits for their last word, to tell what memory one of them takes.',
          { unit: 'attempts', example: 400, otherwise: 'nothing is held, and nothing told' },
        ),
      ),
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
