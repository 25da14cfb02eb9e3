export type ResultErrorCode =
  | 'result-missing'
  | 'result-unreadable'
  | 'result-too-large'
  | 'result-empty'
  | 'result-not-json'
  | 'result-cut'
  | 'result-version'
  | 'result-foreign'
  | 'result-malformed'
  | 'write-failed';

/** A result that can't be read, or an output file that can't be written. The message is one sentence that says what to do. */
export class ResultError extends Error {
  readonly code: ResultErrorCode;

  constructor(code: ResultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ResultError';
    this.code = code;
  }
}

/** What the operating system said, in the words that a person would use. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOENT: 'the folder does not exist',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than this process may write',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  EIO: 'the device reported an input/output error',
};
