import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { notInstalledCode, TargetError } from './target-error.ts';

/** Where distributions put servers; a user's PATH often leaves these out. */
const serverFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The first file of that name on PATH, or in the folders for servers, that this user may run; undefined where there is none. */
export function findProgram(name: string, path = process.env.PATH ?? ''): string | undefined {
  return [...path.split(delimiter), ...serverFolders]
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isRunnable);
}

/** The program, or TargetError `ERR_TARGET_NOT_INSTALLED`, which a run tells as skipped and not as failed. */
export function requireProgram(name: string, what: string, broker: string): string {
  const program = findProgram(name);
  if (program !== undefined) return program;
  throw notInstalled(what, `no program '${name}' is on the PATH`, broker);
}

export function notInstalled(what: string, why: string, broker: string): TargetError {
  return new TargetError(
    notInstalledCode,
    `${what} is not installed (${why}): \`npm run brokers:install -- ${broker}\` installs it`,
  );
}

/** A file that this user may run. */
export function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not for this user.
    return false;
  }
}
