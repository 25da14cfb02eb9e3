import { hash } from 'node:crypto';
import type { Fault } from './fault.ts';

/** Octets that look random and are the same every time. */
function noise(octets: number): Buffer {
  const out = Buffer.alloc(octets);
  for (let at = 0; at < octets; at += 32)
    out.set(hash('sha256', String(at), 'buffer').subarray(0, octets - at), at);
  return out;
}

export const garbage: Fault = {
  name: 'garbage',
  describe: 'octets of no meaning, as many as the answer has',
  services: ['ocsp', 'crl', 'auth'],
  prepare: () => ({ reply: (reply) => ({ ...reply, body: noise(reply.body.length) }) }),
};
