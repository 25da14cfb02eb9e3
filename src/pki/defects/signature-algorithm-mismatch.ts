import { oid, sequence } from '../der.ts';
import type { Defect } from './defect.ts';

export const signatureAlgorithmMismatch: Defect = {
  name: 'signature-algorithm-mismatch',
  describe: 'names another signature algorithm (ecdsa-with-SHA512) outside the signed part than inside',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.1.2',
  verifyErrors: ['SIGNATURE_ALGORITHM_INCONSISTENCY', 'CERT_SIGNATURE_FAILURE'],
  outerSignatureAlgorithm: sequence(oid('1.2.840.10045.4.3.4')),
};
