/**
 * The run cannot go on, and why, in a sentence for the user. Codes: `file-descriptors`, `ports`, `memory` (the machine has less than
 * the plan needs), `output` (the folder for the results cannot be written), `rescued` (the results lie elsewhere than asked),
 * `stopped` (by a signal, before there was anything to write), `not-valid` (what was measured does not describe the target).
 */
export class RunError extends Error {
  readonly code: 'file-descriptors' | 'ports' | 'memory' | 'output' | 'rescued' | 'stopped' | 'not-valid';

  constructor(code: RunError['code'], message: string) {
    super(message);
    this.name = 'RunError';
    this.code = code;
  }
}
