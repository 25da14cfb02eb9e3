import type { Fault } from './fault.ts';
import { readWhole } from './value.ts';

const mebibyte = 2 ** 20;

export const largeBody: Fault = {
  name: 'large-body',
  describe: 'the answer with zeros behind it',
  value: 'MiB of the whole body (10)',
  services: ['ocsp', 'crl', 'auth'],
  prepare(value = '10') {
    const octets = readWhole(value, 'large-body', 1, 1024) * mebibyte;
    return {
      reply(reply) {
        const body = Buffer.alloc(Math.max(octets, reply.body.length));
        body.set(reply.body);
        return { ...reply, body };
      },
    };
  },
};
