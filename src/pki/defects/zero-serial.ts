import { integer } from '../der.ts';
import type { Defect } from './defect.ts';

export const zeroSerial: Defect = {
  name: 'zero-serial',
  describe: 'serial number 0, all of them',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 4.1.2.2: the CA must not, whoever relies on it should be lenient',
  verifyErrors: [],
  shape: (template) => ({ ...template, serialNumber: () => integer(0) }),
};
