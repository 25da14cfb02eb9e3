import type { Keepsake } from './target.ts';

/** The target is not on this machine: nothing that a run is to blame for. */
export const notInstalledCode = 'ERR_TARGET_NOT_INSTALLED';

/** Why a target can't be started, or answers no more, in one sentence for the user. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly code: string;
  /** What a target that did not start has left behind: its configuration, and what it said. */
  keepsakes: readonly Keepsake[] = [];

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
