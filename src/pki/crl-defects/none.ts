import type { CrlDefect } from './crl-defect.ts';

export const none: CrlDefect = {
  name: 'none',
  describe: 'a good CRL, issued on 1 June 2025, the next one due at the end of 2049',
  expect: 'accept',
  verifyErrors: [],
};
