import { basicConstraints, keyUsage } from '../extensions.ts';
import type { Defect } from './defect.ts';

export const caAsLeaf: Defect = {
  name: 'ca-as-leaf',
  describe: 'a CA’s certificate (for keyCertSign and cRLSign) used as a client’s',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.3, 4.2.1.9',
  verifyErrors: ['INVALID_PURPOSE'],
  shape: (template) => ({
    ...template,
    extensions: {
      ...template.extensions,
      basicConstraints: basicConstraints({ ca: true }),
      keyUsage: keyUsage(['keyCertSign', 'cRLSign']),
    },
  }),
};
