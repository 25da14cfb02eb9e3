import type { Defect } from './defect.ts';

export const pathLengthExceeded: Defect = {
  name: 'path-length-exceeded',
  describe: 'two intermediate CAs, sent along, where the upper one allows none below it',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.9, 6.1.4 (l)',
  verifyErrors: ['PATH_LENGTH_EXCEEDED'],
  issuer: 'overlong-path-ca',
};
