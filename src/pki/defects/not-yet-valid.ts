import { validity } from '../validity.ts';
import type { Defect } from './defect.ts';

export const notYetValid: Defect = {
  name: 'not-yet-valid',
  describe: 'its validity begins on 1 January 2048',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5, 6.1.3 (a)(2)',
  verifyErrors: ['CERT_NOT_YET_VALID'],
  shape: (template) => ({ ...template, ...validity.notYetValid }),
};
