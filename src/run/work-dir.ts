import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '../pki/whole-file.ts';
import { leaveNothing } from './leftovers.ts';

/**
 * A folder, mode 0700, for what targets need while the run lasts (password files, data). It lies in the cache folder under this
 * process's id: what a run that was killed outright left behind is swept by the next one.
 *
 * Throws what node:fs throws where the cache folder cannot be written.
 */
export function makeWorkDir(cacheDir: string): { path: string; remove: () => void } {
  const parent = join(cacheDir, 'work');
  makeDirectories(parent, 0o700);
  sweep(parent);
  const path = mkdtempSync(join(parent, `${process.pid}-`));
  const undo = () => rmSync(path, { recursive: true, force: true });
  const forget = leaveNothing(undo);
  return {
    path,
    remove: () => {
      undo();
      forget();
    },
  };
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(name.split('-')[0]);
    if (Number.isInteger(pid) && pid > 0 && !isAlive(pid))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process, so it is alive.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
