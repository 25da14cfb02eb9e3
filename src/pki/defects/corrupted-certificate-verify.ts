import type { Defect } from './defect.ts';

export const corruptedCertificateVerify: Defect = {
  name: 'corrupted-certificate-verify',
  describe: 'a good certificate, and one bit of the CertificateVerify’s signature flipped',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.3',
  verifyErrors: [],
  driver: 'wire',
  lie: 'corrupted-certificate-verify',
};
