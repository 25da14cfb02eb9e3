export type BaselineErrorCode =
  | 'baseline-missing'
  | 'baseline-unreadable'
  | 'baseline-unfit'
  | 'noise-unreadable';

/** There is no baseline that could be compared with, in a sentence that says why and what would mend it; exit code 97. */
export class BaselineError extends Error {
  readonly code: BaselineErrorCode;

  constructor(code: BaselineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BaselineError';
    this.code = code;
  }
}
