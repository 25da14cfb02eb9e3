import { name } from '../name.ts';
import type { Defect } from './defect.ts';

export const controlCharactersInSubject: Defect = {
  name: 'control-characters-in-subject',
  describe: 'line breaks, a backspace and a terminal’s escape sequences in the common name',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 7.1, RFC 4518 2.2: mapped to nothing when names are compared',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    subject: ({ clientId }) =>
      name([
        ['O', 'certstorm'],
        ['CN', `${clientId}\r\n\b\x1b[2J\x1b]0;owned\x07`],
      ]),
  }),
};
