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
  connects: count.optional().describe('Attempts that surely sent a SYN, by the count of the clients'),
  unsure: count
    .optional()
    .describe('Attempts that may have: cut off, or ended by an error of connect(2) or of the generator'),
  others: count
    .optional()
    .describe(
      'Connects of neither the clients nor to a service of this run, at least; 0 where the counts agree to the last one',
    ),
  brokerSaw: count
    .optional()
    .describe("Connections of this run's addresses by the broker's own count, where it keeps one"),
  servicesSaw: count
    .optional()
    .describe(
      'Connections that the services of this run took, most of them from the broker: the kernel counts those too',
    ),
  localPorts: count.optional().describe('Ports that one source address has: net.ipv4.ip_local_port_range'),
});
