export type PkiErrorCode =
  | 'bad-spec'
  | 'cache-unwritable'
  | 'folder-unwritable'
  | 'folder-not-ours'
  | 'maker-failed';

/** What goes wrong in the forge, as one sentence that says where and what to do. */
export class PkiError extends Error {
  readonly code: PkiErrorCode;

  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PkiError';
    this.code = code;
  }
}
