import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notInstalled } from './find-program.ts';
import type { TargetOrder } from './target.ts';

/** Programs of ours that are built into brokers; in a checkout alone. */
const programs = fileURLToPath(new URL('../../targets/', import.meta.url));

/**
 * A file of a broker that `npm run brokers:install` has built or fetched into the cache folder. Throws TargetError
 * `ERR_TARGET_NOT_INSTALLED` where there is none, or it was built from another program than is there now.
 */
export function builtBroker({ brokersDir }: TargetOrder, broker: string, what: string, file: string): string {
  const folder = brokersDir === undefined ? undefined : join(brokersDir, broker);
  if (folder === undefined) throw notInstalled(what, 'no folder for it was named', broker);
  const path = join(folder, file);
  if (!existsSync(path)) throw notInstalled(what, `there is no ${path}`, broker);
  if (!isOf(folder, join(programs, broker)))
    throw notInstalled(what, `${path} was built from another program than targets/${broker} is now`, broker);
  return path;
}

/** Whether the mark that the build has left is that of these sources, in the order of their names; true where there are no sources. */
function isOf(folder: string, sources: string): boolean {
  if (!existsSync(sources)) return true;
  const mark = join(folder, 'sources');
  const texts = readdirSync(sources)
    .toSorted()
    .map((name) => readFileSync(join(sources, name)));
  return existsSync(mark) && readFileSync(mark, 'latin1').trim() === hash('sha256', Buffer.concat(texts));
}
