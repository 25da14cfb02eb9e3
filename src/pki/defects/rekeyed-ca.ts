import type { Defect } from './defect.ts';

export const rekeyedCa: Defect = {
  name: 'rekeyed-ca',
  describe: 'issued by a CA with the right name, another key and that key’s identifier',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.1, 6.1.3 (a)(1)',
  verifyErrors: ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  issuer: 'rekeyed-ca',
};
