import type { Defect } from './defect.ts';

export const mismatchedKey: Defect = {
  name: 'mismatched-key',
  describe: 'a good certificate, and a CertificateVerify by a private key that does not belong to it',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.3',
  verifyErrors: [],
  driver: 'wire',
  lie: 'foreign-key',
};
