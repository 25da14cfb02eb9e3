import type { Defect } from './defect.ts';

export const selfSigned: Defect = {
  name: 'self-signed',
  describe: 'signed with its own key, its subject its own issuer',
  expect: 'reject',
  clause: 'RFC 5280 6.1.1 (d), 6.1.3 (a)(4)',
  verifyErrors: ['DEPTH_ZERO_SELF_SIGNED_CERT'],
  issuer: 'self',
};
