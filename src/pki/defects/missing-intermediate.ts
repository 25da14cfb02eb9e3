import type { Defect } from './defect.ts';

export const missingIntermediate: Defect = {
  name: 'missing-intermediate',
  describe: 'issued by a good intermediate CA whose certificate is not sent along',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 6.1, RFC 8446 4.4.2',
  verifyErrors: ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  issuer: 'hidden-ca',
};
