import type { Defect } from './defect.ts';

export const revokedSuperseded: Defect = {
  name: 'revoked-superseded',
  describe: 'its serial number is in the CRL with the reason superseded',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 5.3.1, 6.1.3 (a)(3)',
  verifyErrors: ['CERT_REVOKED'],
  revoked: { reason: 4 },
};
