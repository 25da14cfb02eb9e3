import type { Defect } from './defect.ts';

export const revoked: Defect = {
  name: 'revoked',
  describe: 'a good certificate whose serial number is in the CRL',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 6.1.3 (a)(3), 6.3',
  verifyErrors: ['CERT_REVOKED'],
  revoked: {},
};
