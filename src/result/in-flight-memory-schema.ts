import { z } from 'zod';
import { count } from './scalars.ts';

/** What an attempt in flight takes of a target's memory. */
export const inFlightMemorySchema = z.looseObject({
  heldAt: z
    .enum(['tcp-connect', 'client-hello', 'handshake', 'session'])
    .describe(
      'After TCP; after the broker’s answer to the ClientHello; after the handshake, before CONNECT; after the CONNACK',
    ),
  held: count.describe('Attempts that were held'),
  heldBefore: count.optional().describe('Those of them that were there at the first reading'),
  bytesPerAttempt: z
    .number()
    .optional()
    .describe(
      'Growth of the target’s resident set from the first reading to the second, for each attempt more',
    ),
  reason: z.string().optional().describe('Why there is no figure'),
});
