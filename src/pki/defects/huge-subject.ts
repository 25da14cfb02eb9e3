import { name } from '../name.ts';
import type { Defect } from './defect.ts';

export const hugeSubject: Defect = {
  name: 'huge-subject',
  describe: 'a common name of 64 kB, where 64 characters are allowed',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 A.1 (ub-common-name)',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    subject: ({ clientId }) =>
      name([
        ['O', 'certstorm'],
        ['CN', `${clientId}.${'x'.repeat(65_536)}`],
      ]),
  }),
};
