import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { notInstalled } from './find-program.ts';
import type { TargetOrder } from './target.ts';

/**
 * A file of a broker that `npm run brokers:install` has built or fetched into the cache folder. Throws TargetError
 * `ERR_TARGET_NOT_INSTALLED` where there is none.
 */
export function builtBroker({ brokersDir }: TargetOrder, broker: string, what: string, file: string): string {
  const path = brokersDir === undefined ? undefined : join(brokersDir, broker, file);
  if (path !== undefined && existsSync(path)) return path;
  throw notInstalled(what, path === undefined ? 'no folder for it was named' : `there is no ${path}`, broker);
}
