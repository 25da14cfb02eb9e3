/**
 * Writes what is made from the schemas and registries and committed: scenarios/schema.json, docs/scenario.md, docs/forge.md and
 * docs/result.schema.json. With `--check` it writes nothing, and ends with 1 and a sentence when one of them is not what they make today.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resultJsonSchema } from '../src/result/json-schema.ts';
import { vocabulary } from '../src/run/vocabulary.ts';
import { scenarioJsonSchema } from '../src/scenario/json-schema.ts';
import { forgeDocument } from './forge-doc.ts';
import { scenarioDocument } from './scenario-doc.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));

const generated: Record<string, () => string> = {
  'scenarios/schema.json': () => `${JSON.stringify(scenarioJsonSchema(vocabulary), null, 2)}\n`,
  'docs/scenario.md': () => scenarioDocument(vocabulary),
  'docs/forge.md': forgeDocument,
  'docs/result.schema.json': () =>
    formatted('docs/result.schema.json', JSON.stringify(resultJsonSchema(), null, 2)),
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, make] of Object.entries(generated)) {
  const path = `${project}${file}`;
  const text = make();
  if (readIfThere(path) === text) continue;
  stale.push(file);
  if (!check) writeFileSync(path, text);
}

if (stale.length === 0) {
  console.log(`${Object.keys(generated).join(', ')}: up to date`);
} else if (check) {
  console.error(
    `${stale.join(', ')}: no longer what the schemas make; run \`npm run generate\` and commit what it writes`,
  );
  process.exitCode = 1;
} else {
  console.log(`${stale.join(', ')}: written`);
}

/** As the linter wants it, since it looks at this file like at any other. */
function formatted(file: string, text: string): string {
  const options = { cwd: project, input: text, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync(biome, ['format', `--stdin-file-path=${file}`], options);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
