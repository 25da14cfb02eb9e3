import type { Defect } from './defect.ts';

export const releasedFromHold: Defect = {
  name: 'released-from-hold',
  describe:
    'a good certificate that was on hold: in a base CRL still, and removed by its delta CRL (removeFromCRL); in no other kind of CRL',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 5.2.4, 5.3.1: whoever reads the base CRL alone keeps it out',
  verifyErrors: [],
  released: true,
};
