import type { Defect } from './defect.ts';

export const x509V1WithExtensions: Defect = {
  name: 'x509-v1-with-extensions',
  describe: 'says version 1 and has extensions, which version 3 brought',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.2.1, 4.1.2.9',
  verifyErrors: ['EXTENSIONS_REQUIRE_VERSION_3'],
  strictOnly: true,
  shape: (template) => ({ ...template, version: 1 }),
};
