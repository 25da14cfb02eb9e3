import { validity } from '../validity.ts';
import type { Defect } from './defect.ts';

export const expired: Defect = {
  name: 'expired',
  describe: 'its validity ended on 31 December 2024',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5, 6.1.3 (a)(2)',
  verifyErrors: ['CERT_HAS_EXPIRED'],
  shape: (template) => ({ ...template, ...validity.expired }),
};
