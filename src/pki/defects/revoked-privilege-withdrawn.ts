import type { Defect } from './defect.ts';

export const revokedPrivilegeWithdrawn: Defect = {
  name: 'revoked-privilege-withdrawn',
  describe: 'its serial number is in the CRL with the reason privilegeWithdrawn',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 5.3.1, 6.1.3 (a)(3)',
  verifyErrors: ['CERT_REVOKED'],
  revoked: { reason: 9 },
};
