import { name } from '../name.ts';
import type { Defect } from './defect.ts';

export const rtlInSubject: Defect = {
  name: 'rtl-in-subject',
  describe: 'marks in the common name that turn the reading direction, so that it looks like another',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 7.1, RFC 4518 2.2: mapped to nothing when names are compared',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    subject: ({ clientId }) =>
      name([
        ['O', 'certstorm'],
        ['CN', `\u202e${clientId}\u202c\u200f`],
      ]),
  }),
};
