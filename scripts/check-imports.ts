/**
 * Refuses an import that runs against the one-way flow between the rooms of src/. The table is the architecture; the README's section
 * tells it in words. `types` may be imported with `import type` only: they leave no trace at run time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

type Rule = { imports: readonly string[]; types?: readonly string[] };

const below = [
  'scenario',
  'pki',
  'services',
  'broker',
  'channel',
  'targets',
  'wire',
  'storm',
  'metrics',
  'result',
  'stats',
  'report',
  'gate',
];

const rooms: Record<string, Rule> = {
  cli: { imports: ['run', ...below] },
  run: { imports: below },
  scenario: { imports: [] },
  pki: { imports: [] },
  services: { imports: ['pki', 'channel'] },
  broker: { imports: ['pki', 'channel'] },
  channel: { imports: [] },
  targets: { imports: ['pki', 'broker', 'channel'] },
  wire: { imports: [] },
  storm: { imports: ['wire', 'metrics'], types: ['pki'] },
  metrics: { imports: [] },
  result: { imports: ['metrics'] },
  stats: { imports: [] },
  report: { imports: ['result', 'stats'] },
  gate: { imports: ['result', 'stats'] },
};

// `import`/`export … from` over several lines, and `new URL('./worker.ts', import.meta.url)` never leaves its room.
const importPattern =
  /\b(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"](\.{1,2}\/[^'"]+)['"]|\bimport\(\s*['"](\.{1,2}\/[^'"]+)['"]/g;

const source = new URL('../src', import.meta.url).pathname;
const problems: string[] = [];
let imports = 0;

for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
  const file = join(entry.parentPath, entry.name);
  const path = relative(source, file);
  const room = path.split('/')[0] ?? '';
  const rule = rooms[room];
  if (rule === undefined) {
    problems.push(
      `src/${path}: '${room}' is no room of the house; the rooms are ${Object.keys(rooms).join(', ')}`,
    );
    continue;
  }
  const text = readFileSync(file, 'utf8');
  for (const match of text.matchAll(importPattern)) {
    imports++;
    const target = relative(source, join(entry.parentPath, match[3] ?? match[4] ?? ''));
    const other = target.split('/')[0] ?? '';
    if (other === room || rule.imports.includes(other)) continue;
    if (rule.types?.includes(other) && match[2] !== undefined) continue;
    const line = text.slice(0, match.index).split('\n').length;
    const only = rule.types?.includes(other) ? ' (types only: write `import type`)' : '';
    problems.push(`src/${path}:${line}: ${room}/ may not import ${other}/${only}`);
  }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
if (imports === 0) {
  console.error('no import was found under src/: the check itself is broken');
  process.exit(1);
}
console.log(`${imports} imports between files, none against the flow`);
