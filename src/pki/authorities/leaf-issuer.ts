import { basicConstraints, keyUsage } from '../extensions.ts';
import type { Authority } from './authority.ts';

export const leafIssuer: Authority = {
  name: 'leaf-issuer',
  describe: 'a client’s certificate that signs others',
  commonName: (seed) => `certstorm client that issues ${seed}`,
  crl: false,
  shape: (template) => ({
    ...template,
    extensions: {
      ...template.extensions,
      basicConstraints: basicConstraints({ ca: false }),
      keyUsage: keyUsage(['digitalSignature']),
    },
  }),
};
