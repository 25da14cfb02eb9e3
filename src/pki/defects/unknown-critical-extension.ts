import { nullValue } from '../der.ts';
import { extension } from '../extensions.ts';
import type { Defect } from './defect.ts';

export const unknownCriticalExtension: Defect = {
  name: 'unknown-critical-extension',
  describe: 'has a critical extension that nobody knows',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2, 6.1.4 (o), 6.1.5 (f)',
  verifyErrors: ['UNHANDLED_CRITICAL_EXTENSION', 'UNSPECIFIED'],
  shape: (template) => ({
    ...template,
    extensions: { ...template.extensions, unknown: extension('2.999.2', true, nullValue()) },
  }),
};
