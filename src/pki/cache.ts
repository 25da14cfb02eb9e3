import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { PkiError } from './pki-error.ts';

/**
 * The files of the cache: private to their owner whatever the umask, complete or not there at all. Writing is synchronous on purpose: a
 * temporary file lives for milliseconds, within which neither an abort nor a signal handler can come between.
 */
const directoryMode = 0o700;
const fileMode = 0o600;
const temporaryPrefix = '.tmp-';
const abandonedAfterMs = 60 * 60 * 1000;

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function unwritable(path: string, error: unknown): PkiError {
  const cause = error instanceof Error ? error.message : String(error);
  return new PkiError(
    'cache-unwritable',
    `The corpus cache can't be written at ${path} (${cause}); make the folder writable, free some space, or name another one.`,
    { cause: error },
  );
}

/** Makes a folder of the cache, mode 0700. A folder that was there already keeps its mode unless `own` says it is ours alone. */
export function makePrivateDirectory(path: string, own: boolean): void {
  try {
    const made = mkdirSync(path, { recursive: true, mode: directoryMode });
    if (made !== undefined || own) chmodSync(path, directoryMode);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Removes what a killed process left behind. Another process may be writing right now, so only what is old. */
export function sweepAbandoned(directory: string): void {
  for (const entry of readdirSync(directory)) {
    if (!entry.startsWith(temporaryPrefix)) continue;
    const path = join(directory, entry);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs > abandonedAfterMs) unlinkIfThere(path);
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/**
 * The whole file in shared memory, or null where there is none that can be trusted: a symbolic link, not a plain file, owned by someone
 * else or open to others, any of which means that somebody else may have put it there.
 */
export function readPrivateFile(path: string): Uint8Array<SharedArrayBuffer> | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return null; // Not there, or not readable: it is made anew, and if that can't be written the error says so.
  }
  try {
    const { size, mode, uid } = fstatSync(file);
    const foreign = process.getuid !== undefined && uid !== process.getuid();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || (mode & 0o077) !== 0 || foreign) return null;
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    let at = 0;
    while (at < size) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) return null;
      at += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/**
 * Puts a complete file at `path`. With `replace: false` the first of two writers wins: `false` is returned to the other, and the file
 * that is there stays. Throws PkiError `cache-unwritable`.
 */
export function writePrivateFile(path: string, bytes: Uint8Array, replace: boolean): boolean {
  const temporary = join(path, '..', `${temporaryPrefix}${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    const file = openSync(temporary, 'wx', fileMode);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
    } finally {
      closeSync(file);
    }
    chmodSync(temporary, fileMode);
    if (replace) {
      renameSync(temporary, path);
      return true;
    }
    return linkUnlessThere(temporary, path);
  } catch (error) {
    throw unwritable(path, error);
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
    // File systems without hard links: the last writer wins, and each keeps what it made, which is just as good.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error;
    renameSync(temporary, path);
    return true;
  }
}
