import type { CrlDefect } from './crl-defect.ts';

export const expired: CrlDefect = {
  name: 'expired',
  describe: 'the next one was due at the end of 2024',
  expect: 'reject',
  clause: 'RFC 5280 5.1.2.5, 6.3.3 (a)(1)',
  verifyErrors: ['CRL_HAS_EXPIRED'],
  validity: { thisUpdate: new Date('2024-06-01T00:00:00Z'), nextUpdate: new Date('2024-12-31T23:59:59Z') },
};
