export type StormErrorCode =
  | 'bad-order'
  | 'unknown-driver'
  | 'unknown-lie'
  | 'unknown-schedule'
  | 'unpresentable-identity'
  | 'worker-lost'
  | 'no-workers'
  | 'unresolved-host'
  | 'busy'
  | 'closed'
  | 'aborted';

/** The storm could not be opened or a round could not begin. What happens to single attempts is an outcome, never an error. */
export class StormError extends Error {
  readonly code: StormErrorCode;

  constructor(code: StormErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StormError';
    this.code = code;
  }
}
