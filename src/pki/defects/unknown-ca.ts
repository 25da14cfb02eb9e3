import type { Defect } from './defect.ts';

export const unknownCa: Defect = {
  name: 'unknown-ca',
  describe: 'issued by a CA that the broker does not trust and that is not sent along',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 6.1.1 (d), 6.1.3 (a)(4)',
  verifyErrors: ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  issuer: 'unknown-ca',
};
