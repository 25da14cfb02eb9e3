import type { Defect } from './defect.ts';

export const revokedAffiliationChanged: Defect = {
  name: 'revoked-affiliation-changed',
  describe: 'its serial number is in the CRL with the reason affiliationChanged',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 5.3.1, 6.1.3 (a)(3)',
  verifyErrors: ['CERT_REVOKED'],
  revoked: { reason: 3 },
};
