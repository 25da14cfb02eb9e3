import { nullValue } from '../der.ts';
import { extension } from '../extensions.ts';
import type { CrlDefect } from './crl-defect.ts';

export const unknownCriticalExtension: CrlDefect = {
  name: 'unknown-critical-extension',
  describe: 'it has a critical extension that nobody knows',
  expect: 'reject',
  clause: 'RFC 5280 5.2',
  verifyErrors: ['UNHANDLED_CRITICAL_CRL_EXTENSION'],
  extension: extension('2.999.2', true, nullValue()),
};
