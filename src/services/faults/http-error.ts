import { textReply } from '../http/reply.ts';
import type { Fault } from './fault.ts';
import { readWhole } from './value.ts';

export const httpError: Fault = {
  name: 'http-error',
  describe: 'an HTTP status that says that the server failed',
  value: 'a status from 400 to 599 (500)',
  services: ['ocsp', 'crl', 'auth'],
  prepare(value = '500') {
    const status = readWhole(value, 'http-error', 400, 599);
    return { reply: () => textReply(status, 'a fault that was asked for') };
  },
};
