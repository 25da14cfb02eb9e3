import { name } from '../name.ts';
import type { Defect } from './defect.ts';

export const emptySubject: Defect = {
  name: 'empty-subject',
  describe: 'no subject, and a subject alternative name that is not critical',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.6, 4.2.1.6',
  verifyErrors: ['EMPTY_SUBJECT_SAN_NOT_CRITICAL'],
  strictOnly: true,
  shape: (template) => ({ ...template, subject: () => name([]) }),
};
