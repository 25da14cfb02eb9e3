import type { Defect } from './defect.ts';

export const repeatedCertificate: Defect = {
  name: 'repeated-certificate',
  describe: 'a good certificate, sent twice',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 8446 4.4.2: extraneous certificates should be put up with',
  verifyErrors: [],
  chain: (chain) => [...chain.slice(0, 1), ...chain],
};
