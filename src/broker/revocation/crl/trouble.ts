/** What can be wrong with a list or a response: one word each, counted by it. */
export const crlTroubleCauses = [
  /** Neither PEM nor DER of a CRL. */
  'crl-unreadable',
  /** The distribution point has answered a page for people. */
  'crl-html',
  'crl-unreachable',
  'crl-timeout',
  'crl-http-status',
  'crl-too-large',
  /** The file can't be read. */
  'crl-file',
  /** Signed by none of the CAs that clients are trusted by. */
  'crl-other-issuer',
  'crl-bad-signature',
  'crl-unknown-signature-algorithm',
  /** The issuer's key usage lacks cRLSign (RFC 5280 6.3.3 (f)). */
  'crl-issuer-may-not-sign',
  'crl-expired',
  'crl-not-yet-valid',
  /** Its number, or where it has none its thisUpdate, lies before that of the list in use. */
  'crl-lower-number',
  'crl-unknown-critical-extension',
  /** Of another's certificates too (RFC 5280 5.3.3). */
  'crl-indirect',
  'crl-only-some-reasons',
  /** The list in use has run out before another came. */
  'crl-ran-out',
] as const;

export type CrlTroubleCause = (typeof crlTroubleCauses)[number];

/** A list that is not used, on its way out of the checks. */
export class CrlTrouble extends Error {
  override readonly name = 'CrlTrouble';
  readonly trouble: CrlTroubleCause;

  constructor(trouble: CrlTroubleCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}
