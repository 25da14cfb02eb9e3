import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { PkiError } from './pki-error.ts';
import { errorCode, makeDirectories, putWholeFile, temporaryPrefix, unlinkIfThere } from './whole-file.ts';

/** The files of the cache: private to their owner whatever the umask. All of it throws PkiError `cache-unwritable`. */
const directoryMode = 0o700;
const fileMode = 0o600;
const abandonedAfterMs = 60 * 60 * 1000;

function orUnwritable<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new PkiError(
      'cache-unwritable',
      `The corpus cache can't be written at ${path} (${cause}); make that folder writable, free some space, or name another one.`,
      { cause: error },
    );
  }
}

/** Makes a folder of the cache, mode 0700. A folder that was there already keeps its mode unless `own` says it is ours alone. */
export function makePrivateDirectory(path: string, own: boolean): void {
  orUnwritable(path, () => {
    if (!makeDirectories(path, directoryMode) && own) chmodSync(path, directoryMode);
  });
}

/** Removes what a killed process left behind. Another process may be writing right now, so only what is old. */
export function sweepAbandoned(directory: string): void {
  orUnwritable(directory, () => {
    for (const entry of readdirSync(directory)) {
      if (!entry.startsWith(temporaryPrefix)) continue;
      const path = join(directory, entry);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found && Date.now() - found.mtimeMs > abandonedAfterMs) unlinkIfThere(path);
    }
  });
}

/**
 * The whole file in shared memory, or null where there is none that can be trusted: a symbolic link, not a plain file, owned by someone
 * else or open to others, any of which means that somebody else may have put it there.
 */
export function readPrivateFile(path: string): Uint8Array<SharedArrayBuffer> | null {
  let file: number;
  try {
    // Without O_NONBLOCK a planted named pipe would hang us here.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null; // Not there, or not readable: it is made anew, and if that can't be written the error says so.
  }
  try {
    const { size, mode, uid } = fstatSync(file);
    const foreign = process.getuid !== undefined && uid !== process.getuid();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || (mode & 0o077) !== 0 || foreign) return null;
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size; ) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) return null;
      at += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Puts a complete file into the cache; see `putWholeFile` for `replace` and what is returned. */
export function writePrivateFile(path: string, bytes: Uint8Array, replace: boolean): boolean {
  return orUnwritable(path, () => putWholeFile(path, bytes, fileMode, replace));
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Says that a file is in use, by its time of change: what `collectGarbage` goes by. Once a day is enough. A file that is gone again, or
 * belongs to somebody who lets us read alone, is none of its business.
 */
export function markUsed(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || Date.now() - found.mtimeMs < dayMs) return;
  try {
    utimesSync(path, new Date(), new Date());
  } catch (error) {
    if (!['ENOENT', 'EPERM', 'EACCES', 'EROFS'].includes(errorCode(error))) throw error;
  }
}

const ownFile =
  /^(?:(?:cohort|authority|authorities|keys|crl|responder)-[0-9a-f]{32}\.(?:pack|pem)|(?:server-)?ca\.crt|server\.(?:crt|key))$/;
const ownFolder = /^[0-9a-f]{32}$/;

export type Garbage = { files: number; bytes: number; keptFiles: number };

/**
 * Removes the cache's files that nobody has used for `unusedMs` milliseconds, and folders that are then empty. Whatever the forge did not
 * write stays. Throws PkiError `cache-unwritable`.
 */
export function collectGarbage(cacheDir: string, unusedMs: number): Garbage {
  const garbage = { files: 0, bytes: 0, keptFiles: 0 };
  const sweep = (dir: string, top: boolean): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory() && top && ownFolder.test(entry.name)) {
        sweep(path, false);
        if (readdirSync(path).length === 0) rmdirSync(path);
      }
      if (!entry.isFile() || !ownFile.test(entry.name)) continue;
      const found = statSync(path, { throwIfNoEntry: false });
      if (!found) continue;
      if (Date.now() - found.mtimeMs < unusedMs) garbage.keptFiles += 1;
      else {
        unlinkIfThere(path);
        garbage.files += 1;
        garbage.bytes += found.size;
      }
    }
  };
  if (statSync(cacheDir, { throwIfNoEntry: false })?.isDirectory()) {
    orUnwritable(cacheDir, () => sweep(cacheDir, true));
  }
  return garbage;
}
