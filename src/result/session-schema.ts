import { z } from 'zod';
import { count, latencySchema, ms } from './scalars.ts';

/** How clients came back that had all been cut at once; milliseconds from the cut to the CONNACK. */
export const recoverySchema = z.looseObject({
  dropped: count.describe('Clients that were cut'),
  back: count.describe('Of them, those that were connected again before the round ended'),
  p50: ms.optional().describe('When half of all that were cut were back; absent where so many were not'),
  p95: ms.optional(),
  p100: ms.optional(),
});

/** Sessions that clients held after their CONNACK. */
export const sessionsSchema = z.looseObject({
  opened: count,
  peak: count.describe('Held at once, at most'),
  atEnd: count.describe('Still held when the round ended'),
  endedByClient: count.optional(),
  cut: count.describe('Ended by the target, or lost'),
  firstCutMs: ms.optional().describe('From the start of the round'),
  lastCutMs: ms.optional(),
  recovery: recoverySchema.optional(),
  published: count.optional(),
  publishMs: latencySchema.optional().describe('PUBLISH with QoS 1 to its PUBACK'),
  received: count.optional().describe('PUBLISH packets that came for a subscription'),
  pings: count.optional(),
  missedPings: count.optional().describe('PINGREQ without a PINGRESP within the keep-alive time'),
});

/** What was agreed on, counted over the finished handshakes: asking is not getting. */
export const negotiatedSchema = z.looseObject({
  protocol: z.record(z.string(), count).optional(),
  cipher: z.record(z.string(), count).optional(),
  group: z.record(z.string(), count).optional(),
  alpn: z.record(z.string(), count).optional(),
  resumed: count.optional().describe('Handshakes that resumed an earlier session'),
  ticketLifetimeS: z
    .record(z.string(), count)
    .optional()
    .describe('Handshakes that offered a session ticket, by its lifetime in seconds as the server gave it'),
  earlyData: z
    .literal('not offered')
    .optional()
    .describe('No client sends data before its handshake is done (RFC 8446, 2.3)'),
  asAsked: z
    .record(z.string(), count)
    .optional()
    .describe(
      'Handshakes that got what the cohort prefers, for each of `protocol`, `cipher`, `group` and `alpn` that it asks for, and `resumed` of those that offered a ticket',
    ),
});
