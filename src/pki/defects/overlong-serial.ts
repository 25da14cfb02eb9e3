import { rawInteger } from '../der.ts';
import type { Defect } from './defect.ts';

const octets = 21;

export const overlongSerial: Defect = {
  name: 'overlong-serial',
  describe: 'a serial number of 21 octets',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.2',
  verifyErrors: [],
  shape: (template) => ({
    ...template,
    serialNumber: ({ serialNumber }) =>
      rawInteger(
        Buffer.concat([Buffer.alloc(Math.max(0, octets - serialNumber.length), 0x55), serialNumber]),
      ),
  }),
};
