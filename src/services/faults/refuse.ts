import type { Fault } from './fault.ts';

export const refuse: Fault = {
  name: 'refuse',
  describe: 'the port is shut: connections are refused',
  services: ['ocsp', 'crl', 'auth'],
  prepare: () => ({ refusesConnections: true }),
};
