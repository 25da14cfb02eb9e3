import type { Defect } from './defect.ts';

export const revokedAaCompromise: Defect = {
  name: 'revoked-aa-compromise',
  describe: 'its serial number is in the CRL with the reason aACompromise',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 5.3.1, 6.1.3 (a)(3)',
  verifyErrors: ['CERT_REVOKED'],
  revoked: { reason: 10 },
};
