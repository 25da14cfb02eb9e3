import { z } from 'zod';
import { count } from './scalars.ts';

/** TCP as the kernel counted it during a round, for everybody in the network namespace. */
export const kernelSchema = z.looseObject({
  activeOpens: z.int().describe('connect(2) that sent a SYN'),
  passiveOpens: z.int().describe('Connections that a listener was asked for'),
  attemptFails: z.int(),
  retransmits: z.int().describe('Segments sent again'),
  synRetransmits: z.int().describe('SYN and SYN+ACK sent again'),
  listenOverflows: z.int().describe('Connects that found the accept queue full'),
  listenDrops: z.int().describe('Connects that were dropped for that or another reason'),
  timeWaitBefore: count.describe('Sockets in TIME_WAIT'),
  timeWaitAfter: count,
});
