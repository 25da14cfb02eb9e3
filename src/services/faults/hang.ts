import type { Fault } from './fault.ts';

export const hang: Fault = {
  name: 'hang',
  describe: 'the connection is accepted, and no answer ever comes',
  services: ['ocsp', 'crl', 'auth'],
  prepare: () => ({ waitMs: () => Number.POSITIVE_INFINITY }),
};
