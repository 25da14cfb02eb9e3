import { basicConstraints, crlDistributionPoints, keyUsage } from '../extensions.ts';
import type { Authority } from './authority.ts';

/** Where the CRL is that has this very certificate in its scope: the indirect one can't vouch for its own signer. */
export const crlIssuerUri = 'http://crl.certstorm.invalid/issuer.crl';

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
      crlDistributionPoints: crlDistributionPoints([crlIssuerUri]),
    },
  }),
};
