import { extKeyUsage } from '../extensions.ts';
import type { Defect } from './defect.ts';

export const wrongEku: Defect = {
  name: 'wrong-eku',
  describe: "a server's certificate (extended key usage serverAuth alone) used as a client's",
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2.1.12',
  verifyErrors: ['INVALID_PURPOSE'],
  shape: (template) => ({
    ...template,
    extensions: { ...template.extensions, extKeyUsage: extKeyUsage(['serverAuth']) },
  }),
};
