/** Something a user of the command can mend, in one sentence. */
export class LimboError extends Error {
  override readonly name = 'LimboError';
  /** `usage`: a flag, a file or a package that is missing (exit code 104); `broker`: a broker that can't be started at all (exit code 1). */
  readonly code: 'usage' | 'broker';

  constructor(code: 'usage' | 'broker', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
