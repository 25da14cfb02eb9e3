import type { CertificateTemplate } from '../certificate.ts';

/** Who signs a cohort's certificates: a CA of the corpus by its name, or each certificate its own key. */
export type IssuerName = 'client-ca' | 'unknown-ca' | 'self';

/**
 * A way of being wrong (or `none`): one file, one line in `index.ts`. The optional members say where the certificates of such a cohort
 * differ from good ones; whatever is left out is as in a good certificate.
 */
export type Defect = {
  name: string;
  describe: string;
  /** What a broker must do that checks everything, the CRL included. */
  expect: 'accept' | 'reject';
  /** false where nothing is presented: no key, no chain. */
  certificate: boolean;
  /** The clause of RFC 5280 (or of RFC 8446) that is broken. */
  clause?: string;
  /**
   * OpenSSL's verify error (X509_V_ERR_…) in the spelling of Node's `authorizationError`, the one that `openssl verify` names first.
   * More than one where it depends on who asks: a callback that goes on after an error sees later ones too. Empty for `none`, and where
   * it is the handshake that fails.
   */
  verifyErrors: readonly string[];
  /** Default `client-ca`. */
  issuer?: IssuerName;
  /** The serial numbers are in the CRL. */
  revoked?: boolean;
  /** Changes the certificate before it is signed; called once for a cohort. */
  shape?: (template: CertificateTemplate) => CertificateTemplate;
  /** Changes the signature value; called for each certificate, may change the bytes in place. */
  signature?: (signature: Uint8Array) => Uint8Array;
};
