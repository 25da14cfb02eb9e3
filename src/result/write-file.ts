import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResultError, systemReason } from './result-error.ts';

/**
 * Writes a file whole or not at all: a temporary file in the same folder, fsync, rename over the old one, fsync of the folder. A reader
 * sees the old text or the new, never a part. When anything fails the temporary file is removed and the old file is as it was.
 *
 * @throws ResultError `write-failed`, naming the file and the reason.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeThrough(temporary, text);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw new ResultError(
      'write-failed',
      `${path} could not be written: ${systemReason(error)}; make room or name another folder with --out.`,
      { cause: error },
    );
  }
}

async function writeThrough(path: string, text: string): Promise<void> {
  // 'wx': a name that someone else put there first, for example as a link to elsewhere, is never written to.
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself survive a power cut. Some file systems don't allow it; the file is in its place all the same. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') throw error;
  } finally {
    await folder.close();
  }
}
