import type { Defect } from './defect.ts';

export const zeroLengthCertificate: Defect = {
  name: 'zero-length-certificate',
  describe: 'an entry of no octets in place of the certificate',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.2 (cert_data<1..2^24-1>)',
  verifyErrors: [],
  driver: 'wire',
  lie: 'zero-length-certificate',
};
