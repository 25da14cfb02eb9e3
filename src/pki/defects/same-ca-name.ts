import type { Defect } from './defect.ts';

export const sameCaName: Defect = {
  name: 'same-ca-name',
  describe: 'issued by a CA with the right name and the right key identifier, and another key',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 6.1.3 (a)(1)',
  verifyErrors: ['CERT_SIGNATURE_FAILURE'],
  issuer: 'impostor-ca',
};
