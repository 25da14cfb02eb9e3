import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where corpora are kept: $CERTSTORM_CACHE, else the user's cache folder by the XDG base directory specification. */
export function cacheDir(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.CERTSTORM_CACHE) return resolve(environment.CERTSTORM_CACHE);
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'certstorm');
}
