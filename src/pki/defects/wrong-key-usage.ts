import { keyUsage } from '../extensions.ts';
import type { Defect } from './defect.ts';

export const wrongKeyUsage: Defect = {
  name: 'wrong-key-usage',
  describe: 'its key is for keyEncipherment alone, and signs',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.3, RFC 8446 4.4.2.3',
  verifyErrors: ['INVALID_PURPOSE'],
  shape: (template) => ({
    ...template,
    extensions: { ...template.extensions, keyUsage: keyUsage(['keyEncipherment']) },
  }),
};
