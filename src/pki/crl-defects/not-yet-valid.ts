import type { CrlDefect } from './crl-defect.ts';

export const notYetValid: CrlDefect = {
  name: 'not-yet-valid',
  describe: 'issued on 1 January 2048, which is still to come',
  expect: 'reject',
  clause: 'RFC 5280 5.1.2.4',
  verifyErrors: ['CRL_NOT_YET_VALID'],
  validity: { thisUpdate: new Date('2048-01-01T00:00:00Z'), nextUpdate: new Date('2049-12-31T23:59:59Z') },
};
