/** What is wrong with a request or a response that can't be read, or with what one is to be made from; one sentence. */
export class OcspError extends Error {
  override readonly name = 'OcspError';
  readonly code: 'malformed' | 'bad-signer';

  constructor(code: 'malformed' | 'bad-signer', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
