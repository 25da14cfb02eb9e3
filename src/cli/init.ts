import { writeFileSync } from 'node:fs';
import { starterScenario } from '../scenario/starter.ts';
import { UsageError } from './usage-error.ts';

/** `certstorm init [FILE]`: the starter scenario, never over a file that is there. */
export function init(file: string): void {
  try {
    writeFileSync(file, starterScenario, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST')
      throw new UsageError(
        `${file} is there already: remove it, or name another file with \`certstorm init FILE\``,
      );
    throw new UsageError(
      `${file} cannot be written (${error instanceof Error ? error.message : String(error)}): name another file`,
    );
  }
  process.stdout.write(`${file} is written; run it with \`npx certstorm run ${file}\`\n`);
}
