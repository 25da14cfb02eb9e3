export type WireErrorCode =
  | 'UNKNOWN_GROUP'
  | 'UNKNOWN_CIPHER_SUITE'
  | 'UNKNOWN_SIGNATURE_SCHEME'
  | 'UNKNOWN_LIE'
  | 'NOTHING_OFFERED'
  | 'NO_TRUST_ANCHOR'
  | 'NO_SERVER_NAME'
  | 'BAD_TRUST_ANCHOR'
  | 'BAD_PRIVATE_KEY'
  | 'UNSUPPORTED_KEY'
  | 'BAD_ALPN'
  | 'NOT_OPEN';

/** What the caller asked for cannot be done; thrown while preparing, never in the middle of an attempt. */
export class WireError extends Error {
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WireError';
    this.code = code;
  }
}
