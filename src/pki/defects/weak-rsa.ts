import type { Defect } from './defect.ts';

export const weakRsa: Defect = {
  name: 'weak-rsa',
  describe: 'an RSA key of 1024 bits',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 9325 4.5',
  verifyErrors: ['EE_KEY_TOO_SMALL', 'UNSPECIFIED'],
  driver: 'wire',
  weakKey: 'rsa-1024',
};
