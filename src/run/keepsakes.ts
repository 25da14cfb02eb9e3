import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '../pki/whole-file.ts';
import type { Keepsake } from '../targets/target.ts';

/**
 * Copies what a target leaves behind into `dir`, before its work folder is removed. A target that was started anew for the same variant
 * finds the files of the one before it: its own are then called `mosquitto-2.log`.
 *
 * Returns a sentence for each file that could not be copied; the result does not depend on them.
 */
export function keepFiles(keepsakes: readonly Keepsake[], dir: string): string[] {
  return keepsakes.flatMap(({ name, path }) => {
    if (!existsSync(path)) return [];
    try {
      makeDirectories(dir, 0o755);
      copyFileSync(path, freeName(dir, name));
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`${name} could not be kept in ${dir}: ${reason}`];
    }
  });
}

function freeName(dir: string, name: string): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  for (let start = 1; ; start++) {
    const file = join(dir, start === 1 ? name : `${stem}-${start}${extension}`);
    if (!existsSync(file)) return file;
  }
}
