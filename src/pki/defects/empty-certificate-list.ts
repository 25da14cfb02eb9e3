import type { Defect } from './defect.ts';

export const emptyCertificateList: Defect = {
  name: 'empty-certificate-list',
  describe: 'an empty certificate list, though the client has a certificate',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.2.4',
  verifyErrors: [],
  driver: 'wire',
  lie: 'empty-certificate-list',
};
