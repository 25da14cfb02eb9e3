import { withLowestBitFlipped } from '../defects/bad-signature.ts';
import type { CrlDefect } from './crl-defect.ts';

export const badSignature: CrlDefect = {
  name: 'bad-signature',
  describe: 'its signature has one bit flipped',
  expect: 'reject',
  clause: 'RFC 5280 5.1.1.3, 6.3.3 (g)',
  verifyErrors: ['CRL_SIGNATURE_FAILURE'],
  signature: withLowestBitFlipped,
};
