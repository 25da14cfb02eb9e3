import type { Defect } from './defect.ts';

export const endsWithinRun: Defect = {
  name: 'ends-within-run',
  describe:
    'a good certificate whose validity ends while the run goes on: to be let in before, refused after',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5, 6.1.3 (a)(2)',
  verifyErrors: ['CERT_HAS_EXPIRED'],
  endsWithinRun: true,
};
