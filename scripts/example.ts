/**
 * Makes the committed example: runs the quickstart into reports/example, and takes the README's picture of the report where a Chromium
 * is installed.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { findChromium, photograph } from './photograph.ts';

const root = new URL('../', import.meta.url).pathname;
const example = `${root}reports/example`;

rmSync(example, { recursive: true, force: true });
const run = spawnSync(
  process.execPath,
  ['src/cli/main.ts', 'run', 'scenarios/quickstart.yaml', '--out', 'reports/example'],
  { cwd: root, stdio: 'inherit' },
);
if (run.status !== 0) process.exit(run.status ?? 1);

const chromium = findChromium();
if (chromium === undefined) {
  console.error(
    'no Chromium here, so docs/report.png stays as it was: scripts/install-chromium.sh installs one',
  );
} else {
  await photograph(chromium, `${example}/report.html`, `${root}docs/report.png`);
  console.log('docs/report.png');
}
