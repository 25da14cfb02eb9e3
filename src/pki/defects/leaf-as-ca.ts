import type { Defect } from './defect.ts';

export const leafAsCa: Defect = {
  name: 'leaf-as-ca',
  describe: 'issued by a client: the certificate above it, sent along, is that of no CA',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.9, 6.1.4 (k), (n)',
  verifyErrors: ['INVALID_CA', 'UNSPECIFIED'],
  issuer: 'leaf-issuer',
};
