import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { durationPattern } from './duration.ts';
import { limits } from './limits.ts';

/** `10%` or 0.1, from none to all. */
export function shareSchema() {
  return z.union([z.number().min(0).max(1), z.string().regex(/^(?:100|\d{1,2}(?:\.\d+)?)%$/)]);
}

/** What clients do between their CONNACK and the end of their connection. */
export function sessionSchema() {
  return z.strictObject({
    hold: z
      .string()
      .regex(new RegExp(`^until-end$|${durationPattern.source}`))
      .default('until-end')
      .meta(
        about(
          'How long a client stays connected, then it disconnects; `until-end` is the end of the round.',
          {
            example: '30s',
            expected: 'until-end, or a duration such as 30s',
          },
        ),
      ),
    keepAlive: positiveDuration()
      .default('60s')
      .meta(
        duration(
          'A client that has said nothing for so long sends a PINGREQ, and is lost where no answer comes in as long again. CONNECT carries it in whole seconds.',
          { example: '10s' },
        ),
      ),
    publish: z
      .strictObject({
        rate: z
          .number()
          .min(0.001)
          .max(limits.publishRate)
          .meta(
            about('Messages that each client publishes in a second.', {
              unit: 'messages/s',
              example: 0.1,
              expected: `a number from 0.001 to ${limits.publishRate}`,
            }),
          ),
        qos: z
          .union([z.literal(0), z.literal(1)])
          .default(0)
          .meta(
            about('Quality of service; with 1 the time to the PUBACK is recorded.', {
              example: 1,
              expected: '0 or 1',
            }),
          ),
        bytes: z
          .int()
          .min(0)
          .max(limits.publishBytes)
          .default(100)
          .meta(about('Size of the payload.', { unit: 'bytes', example: 200 })),
        topic: z
          .string()
          .regex(/^[^#+\u0000]{1,200}$/)
          .default('certstorm/{clientId}')
          .meta(
            about("Where it is published; `{clientId}` stands for the client's own.", {
              example: 'fleet/{clientId}/state',
              expected: 'a topic of up to 200 characters without + and #',
            }),
          ),
      })
      .optional()
      .meta({ description: 'Messages that clients publish; left out, they publish none.' }),
    subscribe: z
      .array(z.string().min(1).max(200))
      .max(100)
      .default([])
      .meta(
        about(
          'Topic filters that each client subscribes to with QoS 1; `{clientId}` stands for its own id.',
          {
            example: ['fleet/{clientId}/command'],
          },
        ),
      ),
    ungraceful: shareSchema()
      .default(0)
      .meta(
        about('Share of the clients that leave without DISCONNECT, as devices that lose their power do.', {
          example: '10%',
          expected: 'a share such as 10% or 0.1',
        }),
      ),
  });
}
