import { crlIssuerUri } from '../authorities/crl-issuer.ts';
import { certificateIssuer, crlDistributionPoints, issuingDistributionPoint } from '../extensions.ts';
import { forCaCertificates } from './ca-certificates.ts';
import type { CrlKind } from './crl-kind.ts';

const uri = 'http://crl.certstorm.invalid/indirect.crl';

export const indirect: CrlKind = {
  name: 'indirect',
  describe: 'signed by a CRL issuer that is not the CA; clients send its certificate along',
  clause: 'RFC 5280 5, 5.3.3, 6.3.3 (b)(1)',
  needs: ['crl-issuer'],
  opensslFlags: ['-extended_crl'],
  distributionPoints: ({ crlIssuer }) => crlDistributionPoints([uri], crlIssuer),
  lists: (revoked, padding, { issuer }) => [
    {
      revoked,
      padding,
      paddingFrom: 0,
      crlNumber: 1,
      extensions: [issuingDistributionPoint({ uri, indirect: true })],
      firstEntryExtensions: [certificateIssuer(issuer)],
      signedBy: 'crl-issuer',
    },
    forCaCertificates,
    { ...forCaCertificates, extensions: [issuingDistributionPoint({ uri: crlIssuerUri, indirect: false })] },
  ],
};
