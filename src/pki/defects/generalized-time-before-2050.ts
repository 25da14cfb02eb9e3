import { generalizedTime } from '../der.ts';
import { validity } from '../validity.ts';
import type { Defect } from './defect.ts';

export const generalizedTimeBefore2050: Defect = {
  name: 'generalized-time-before-2050',
  describe: 'its validity in GeneralizedTime, though it ends before 2050',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    notBefore: generalizedTime(validity.good.notBefore),
    notAfter: generalizedTime(validity.good.notAfter),
  }),
};
