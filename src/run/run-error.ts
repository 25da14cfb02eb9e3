/**
 * The run cannot go on, and why, in a sentence for the user. Codes: `file-descriptors` (the machine's limit is below what the plan
 * needs), `output` (the folder for the results cannot be written), `rescued` (the results lie elsewhere than asked).
 */
export class RunError extends Error {
  readonly code: 'file-descriptors' | 'output' | 'rescued';

  constructor(code: RunError['code'], message: string) {
    super(message);
    this.name = 'RunError';
    this.code = code;
  }
}
