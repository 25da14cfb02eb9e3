import { name } from '../name.ts';
import type { Defect } from './defect.ts';

export const nulInSubject: Defect = {
  name: 'nul-in-subject',
  describe: 'a NUL in the common name: after a C string’s end another name goes on',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 7.1, RFC 4518 2.2: mapped to nothing when names are compared',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    subject: ({ clientId }) =>
      name([
        ['O', 'certstorm'],
        ['CN', `${clientId}\0.example.org`],
      ]),
  }),
};
