import type { Defect } from './defect.ts';

export const nameConstraintViolated: Defect = {
  name: 'name-constraint-violated',
  describe: 'issued by an intermediate CA, sent along, that may issue for another organization alone',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.10, 6.1.3 (b)',
  verifyErrors: ['PERMITTED_VIOLATION', 'UNSPECIFIED'],
  issuer: 'constrained-ca',
};
