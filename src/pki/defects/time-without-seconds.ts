import { tags, tlv } from '../der.ts';
import type { Defect } from './defect.ts';

export const timeWithoutSeconds: Defect = {
  name: 'time-without-seconds',
  describe: 'a UTCTime that leaves the seconds out, as BER may',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.5.1, X.690 11.8.2',
  verifyErrors: ['ERROR_IN_CERT_NOT_BEFORE_FIELD'],
  driver: 'wire',
  shape: (template) => ({ ...template, notBefore: tlv(tags.utcTime, Buffer.from('2501010000Z')) }),
};
