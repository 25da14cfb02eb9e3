import { basicConstraints, keyUsage } from '../extensions.ts';
import type { Authority } from './authority.ts';

export const crlIssuer: Authority = {
  name: 'crl-issuer',
  describe: 'no CA: it signs the CRLs of others (RFC 5280 5, indirect CRL)',
  commonName: (seed) => `certstorm CRL issuer ${seed}`,
  crl: false,
  shape: (template) => ({
    ...template,
    extensions: {
      ...template.extensions,
      basicConstraints: basicConstraints({ ca: false }),
      keyUsage: keyUsage(['cRLSign']),
    },
  }),
};
