import { sign } from 'node:crypto';
import { nullValue, oid, sequence } from '../der.ts';
import type { Defect } from './defect.ts';

export const sha1Signature: Defect = {
  name: 'sha1-signature',
  describe: 'signed with SHA-1 (RSA) by an intermediate CA that is sent along',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 8446 4.4.2.4, RFC 9155 2',
  verifyErrors: ['CA_MD_TOO_WEAK', 'UNSPECIFIED'],
  issuer: 'rsa-ca',
  // sha1WithRSAEncryption (RFC 3279 2.2.1)
  signer: {
    signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.5'), nullValue()),
    sign: (tbs, key) => sign('sha1', tbs, key),
  },
};
