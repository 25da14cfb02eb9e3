import type { Defect } from './defect.ts';

export const none: Defect = {
  name: 'none',
  describe: 'a good certificate: issued by the client CA, valid 2025 to 2049, for clientAuth, not revoked',
  expect: 'accept',
  certificate: true,
  verifyErrors: [],
};
