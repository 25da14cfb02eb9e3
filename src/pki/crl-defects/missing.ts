import type { CrlDefect } from './crl-defect.ts';

export const missing: CrlDefect = {
  name: 'missing',
  describe: 'there is none: the broker has a CRL of another CA alone',
  expect: 'reject',
  clause: 'RFC 5280 6.3.3',
  verifyErrors: ['UNABLE_TO_GET_CRL'],
  published: false,
};
