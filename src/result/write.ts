import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Result } from './schema.ts';

/** The text of a result.json: indented, one trailing newline. */
export function serialiseResult(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/**
 * Writes `result.json` into a folder, which must be there, and returns the file's path.
 *
 * @throws the system's own error, as `writeFileAtomically` does; an older result.json in that folder is then untouched.
 */
export function writeResult(dir: string, result: Result): string {
  const path = join(dir, 'result.json');
  writeFileAtomically(path, serialiseResult(result));
  return path;
}

/**
 * Writes a file whole or not at all: a temporary file in the same folder, fsync, rename over the old one, fsync of the folder. A reader
 * sees the old text or the new, never a part. Synchronous, so that no signal can end the run between two of these steps.
 *
 * @throws the system's own error (`code` ENOSPC, EACCES, …); the temporary file is then gone and the old file as it was.
 */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeThrough(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

function writeThrough(path: string, text: string): void {
  // 'wx': a name that someone else put there first, for example as a link to elsewhere, is never written to.
  const file = openSync(path, 'wx', 0o644);
  try {
    writeFileSync(file, text, 'utf8');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the rename itself survive a power cut. Some file systems can't sync a folder; the file is in its place all the same. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') throw error;
  } finally {
    closeSync(folder);
  }
}
