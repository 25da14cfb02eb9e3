/** Why a target can't be started, or answers no more, in one sentence for the user. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
