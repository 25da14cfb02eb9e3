import { rawInteger } from '../der.ts';
import type { Defect } from './defect.ts';

export const negativeSerial: Defect = {
  name: 'negative-serial',
  describe: 'a negative serial number',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 4.1.2.2: the CA must not, whoever relies on it should be lenient',
  verifyErrors: [],
  // A first octet of 0x80 and up makes an INTEGER negative; the rest keeps them apart.
  shape: (template) => ({
    ...template,
    serialNumber: ({ serialNumber }) => rawInteger(Buffer.concat([Uint8Array.of(0xc0), serialNumber])),
  }),
};
