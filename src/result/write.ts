import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultError, systemReason } from './result-error.ts';
import type { Result } from './schema.ts';
import { writeFileAtomically } from './write-file.ts';

/** The text of a result.json: indented, one trailing newline. */
export function serialiseResult(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/**
 * Writes `result.json` into a folder, which is made where it is missing, and returns the file's path.
 *
 * @throws ResultError `write-failed`; an older result.json in that folder is then untouched.
 */
export async function writeResult(dir: string, result: Result): Promise<string> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    throw new ResultError(
      'write-failed',
      `The folder ${dir} could not be made: ${systemReason(error)}; name another one with --out.`,
      { cause: error },
    );
  }
  const path = join(dir, 'result.json');
  await writeFileAtomically(path, serialiseResult(result));
  return path;
}
