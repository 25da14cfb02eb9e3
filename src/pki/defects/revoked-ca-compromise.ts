import type { Defect } from './defect.ts';

export const revokedCaCompromise: Defect = {
  name: 'revoked-ca-compromise',
  describe: 'its serial number is in the CRL with the reason cACompromise',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 5.3.1, 6.1.3 (a)(3)',
  verifyErrors: ['CERT_REVOKED'],
  revoked: { reason: 2 },
};
