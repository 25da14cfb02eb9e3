/** A flag or an argument that can't be met, in a sentence; exit code 104. */
export class UsageError extends Error {
  readonly code = 'usage';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
