import type { Defect } from './defect.ts';

export const hundredCertificates: Defect = {
  name: 'hundred-certificates',
  describe: 'a good certificate and a chain of 100: the last one again and again',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 8446 4.4.2: extraneous certificates should be put up with',
  verifyErrors: [],
  driver: 'wire',
  lie: 'hundred-certificates',
};
