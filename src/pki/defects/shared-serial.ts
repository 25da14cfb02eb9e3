import type { Defect } from './defect.ts';

export const sharedSerial: Defect = {
  name: 'shared-serial',
  describe: 'two identities after each other have one serial number',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 4.1.2.2: the CA must not, whoever relies on it can’t see it',
  verifyErrors: [],
  sharesSerialNumbers: true,
};
