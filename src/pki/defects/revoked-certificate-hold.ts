import type { Defect } from './defect.ts';

export const revokedCertificateHold: Defect = {
  name: 'revoked-certificate-hold',
  describe: 'its serial number is in the CRL with the reason certificateHold',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 5.3.1, 6.1.3 (a)(3)',
  verifyErrors: ['CERT_REVOKED'],
  revoked: { reason: 6 },
};
