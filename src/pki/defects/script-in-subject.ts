import { name } from '../name.ts';
import type { Defect } from './defect.ts';

export const scriptInSubject: Defect = {
  name: 'script-in-subject',
  describe: 'a script tag, quotes and a formula in the common name, for whoever shows it',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 4.1.2.6: nothing forbids it',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    subject: ({ clientId }) =>
      name([
        ['O', 'certstorm'],
        ['CN', `=1+1"\x27><script>alert(1)</script>${clientId}`],
      ]),
  }),
};
