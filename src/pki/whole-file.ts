import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export const temporaryPrefix = '.tmp-';

export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/**
 * Makes a folder and those above it with this mode; returns whether it was made now. `mkdirSync` with `recursive: true` never returns
 * where a folder that exists answers ENOENT for what is made in it, as all of /proc does.
 *
 * @throws the system's own error, also where something at `path` is no folder.
 */
export function makeDirectories(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    chmodSync(path, mode);
    return true;
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) === 'EEXIST' && statSync(path).isDirectory()) return false;
    if (errorCode(error) !== 'ENOENT' || parent === path || existsSync(parent)) throw error;
    makeDirectories(parent, mode);
    return makeDirectories(path, mode);
  }
}

/** Removes a file; that it is gone already is fine. */
export function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/**
 * Puts a file at `path`, complete or not at all, with exactly this mode whatever the umask. With `replace: false` the first of two
 * writers wins: `false` is returned to the other, and the file that is there stays. Synchronous on purpose: the temporary file lives for
 * milliseconds, and neither an abort nor a signal handler can come between. Not synced to the disk: its readers check what they read.
 *
 * @throws the system's own error; the temporary file is then gone.
 */
export function putWholeFile(path: string, bytes: Uint8Array, mode: number, replace: boolean): boolean {
  const temporary = join(dirname(path), `${temporaryPrefix}${process.pid}-${randomBytes(6).toString('hex')}`);
  const file = openSync(temporary, 'wx', mode);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
    } finally {
      closeSync(file);
    }
    chmodSync(temporary, mode);
    if (!replace) return linkUnlessThere(temporary, path);
    renameSync(temporary, path);
    return true;
  } finally {
    unlinkIfThere(temporary);
  }
}

function linkUnlessThere(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // File systems without hard links: the last writer wins.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error;
    renameSync(temporary, path);
    return true;
  }
}
