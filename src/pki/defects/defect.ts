import type { Signer } from '../algorithms/algorithm.ts';
import type { CertificateTemplate, Subject } from '../certificate.ts';

/**
 * A way of being wrong (or `none`): one file, one line in `index.ts`. The optional members say where the certificates of such a cohort
 * differ from good ones; whatever is left out is as in a good certificate.
 */
export type Defect = {
  name: string;
  describe: string;
  /**
   * What a broker must do that holds to RFC 5280 and checks everything, the CRL included. `accept` also where the RFC binds the issuer
   * alone and asks whoever relies on a certificate to be lenient: `clause` then says which rule the certificate breaks.
   */
  expect: 'accept' | 'reject';
  /** false where nothing is presented: no key, no chain. */
  certificate: boolean;
  /** The clause of RFC 5280 (or of RFC 8446, X.690) that is broken. */
  clause?: string;
  /**
   * OpenSSL's verify error (X509_V_ERR_…) in the spelling of Node's `authorizationError`, the one that `openssl verify` names first.
   * More than one where it depends on who asks: a callback that goes on after an error sees later ones too, and Node says UNSPECIFIED of
   * those that it has no word for. Empty where OpenSSL's
   * verification finds nothing wrong, and where it is the handshake that fails.
   */
  verifyErrors: readonly string[];
  /** OpenSSL names these only when told to be strict (`-x509_strict`): brokers are not, and let such a client in. */
  strictOnly?: true;
  /** OpenSSL can't even read the certificate: brokers on it answer with an alert, decode_error or bad_certificate. */
  undecodable?: true;
  /**
   * `wire` where TLS libraries refuse to present such a thing, so that only certstorm's own client can: bytes that are no DER, a key that
   * does not fit, what their own security level forbids. Default `any`.
   */
  driver?: 'any' | 'wire';
  /** What the `wire` driver is to do wrong, by a name in `wire/lies/`: the certificates themselves are good. */
  lie?: string;
  /** Who signs: `client-ca` (default) for the issuing CA, `self` for each certificate's own key, or a name in `authorities/`. */
  issuer?: string;
  /** The serial numbers are in the CRL; `reason` is a CRLReason (RFC 5280 5.3.1), left out of the CRL where it is undefined. */
  revoked?: { reason?: number };
  /** The serial numbers are on hold in a base CRL, and its delta CRL takes them off again (RFC 5280 5.3.1, removeFromCRL). */
  released?: true;
  /** Of the key, in place of the cohort's. */
  weakKey?: 'rsa-1024';
  /** How it is signed, in place of the issuer's own way. */
  signer?: Signer;
  /** AlgorithmIdentifier outside the signed part, in place of the one inside. */
  outerSignatureAlgorithm?: Uint8Array;
  /** Validity ends at the cohort's `endsAtMs`. */
  endsWithinRun?: true;
  /** Changes the certificate before it is signed; called once for a cohort. */
  shape?: (template: CertificateTemplate) => CertificateTemplate;
  /** Two identities after each other have one serial number. */
  sharesSerialNumbers?: true;
  /** Changes the signature value; called for each certificate, may change the bytes in place. */
  signature?: (signature: Uint8Array) => Uint8Array;
  /** Changes the finished certificate, octet by octet. */
  encoding?: (certificate: Uint8Array, subject: Subject) => Uint8Array;
  /** Changes the chain, leaf first. */
  chain?: (chain: Uint8Array[]) => Uint8Array[];
};
