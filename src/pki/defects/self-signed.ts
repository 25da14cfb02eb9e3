import type { Defect } from './defect.ts';

export const selfSigned: Defect = {
  name: 'self-signed',
  describe: 'signed with its own key, its subject its own issuer',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 6.1.1 (d), 6.1.3 (a)(4)',
  // The second where a CRL is asked for and the verification goes on after the first, as in Node.
  verifyErrors: ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_CRL'],
  issuer: 'self',
};
