export type ResultErrorCode =
  | 'result-missing'
  | 'result-unreadable'
  | 'result-too-large'
  | 'result-empty'
  | 'result-not-json'
  | 'result-cut'
  | 'result-version'
  | 'result-foreign'
  | 'result-malformed';

/** A result that can't be read. The message is one sentence that names the file and says what is wrong or what to do. */
export class ResultError extends Error {
  readonly code: ResultErrorCode;

  constructor(code: ResultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ResultError';
    this.code = code;
  }
}
