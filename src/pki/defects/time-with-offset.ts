import { tags, tlv } from '../der.ts';
import type { Defect } from './defect.ts';

export const timeWithOffset: Defect = {
  name: 'time-with-offset',
  describe: 'a UTCTime in a local time zone (+0100)',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5.1, X.690 11.8.1',
  verifyErrors: ['ERROR_IN_CERT_NOT_BEFORE_FIELD'],
  shape: (template) => ({ ...template, notBefore: tlv(tags.utcTime, Buffer.from('250101010000+0100')) }),
};
