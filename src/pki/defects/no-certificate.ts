import type { Defect } from './defect.ts';

export const noCertificate: Defect = {
  name: 'no-certificate',
  describe: 'an empty certificate list: the client has neither key nor certificate',
  expect: 'reject',
  certificate: false,
  clause: 'RFC 8446 4.4.2.4',
  verifyErrors: [],
};
