import type { Defect } from './defect.ts';

export const x509V1: Defect = {
  name: 'x509-v1',
  describe: 'X.509 version 1: no extensions, and so nothing that says what it is for',
  expect: 'accept',
  certificate: true,
  clause: 'RFC 5280 4.1.2.1, 4.2.1.1: a CA must not, whoever relies on it should be prepared for any version',
  verifyErrors: [],
  shape: (template) => ({ ...template, version: 1, extensions: {} }),
};
