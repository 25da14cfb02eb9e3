import { sign } from 'node:crypto';
import { nullValue, oid, sequence } from '../der.ts';
import type { Defect } from './defect.ts';

export const md5Signature: Defect = {
  name: 'md5-signature',
  describe: 'signed with MD5 (RSA) by an intermediate CA that is sent along',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.2.4, RFC 6151 2',
  verifyErrors: ['CA_MD_TOO_WEAK', 'UNSPECIFIED'],
  issuer: 'rsa-ca',
  // md5WithRSAEncryption (RFC 3279 2.2.1)
  signer: {
    signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.4'), nullValue()),
    sign: (tbs, key) => sign('md5', tbs, key),
  },
};
