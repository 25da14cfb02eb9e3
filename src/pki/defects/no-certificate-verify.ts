import type { Defect } from './defect.ts';

export const noCertificateVerify: Defect = {
  name: 'no-certificate-verify',
  describe: 'a good certificate without a CertificateVerify',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.3',
  verifyErrors: [],
  driver: 'wire',
  lie: 'no-certificate-verify',
};
