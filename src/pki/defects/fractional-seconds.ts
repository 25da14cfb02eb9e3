import { tags, tlv } from '../der.ts';
import type { Defect } from './defect.ts';

export const fractionalSeconds: Defect = {
  name: 'fractional-seconds',
  describe: 'a GeneralizedTime with fractions of a second',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5.2',
  verifyErrors: ['ERROR_IN_CERT_NOT_BEFORE_FIELD'],
  shape: (template) => ({
    ...template,
    notBefore: tlv(tags.generalizedTime, Buffer.from('20250101000000.5Z')),
  }),
};
