import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { fieldPaths, fieldSchema } from '../../src/scenario/field-schema.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The generator writes beside its own sources, so it is tested in a copy of them. */
let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'certstorm-generate-'));
  for (const part of ['src', 'scripts', 'docs', 'scenarios', 'package.json', 'biome.json', '.gitignore']) {
    await cp(join(project, part), join(copy, part), { recursive: true });
  }
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  // biome.json asks for a repository.
  await run('git', ['init', '--quiet', copy]);
});
afterAll(() => rm(copy, { recursive: true }));

async function generate(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, ['scripts/generate.ts', ...flags], { cwd: copy })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('npm run generate', () => {
  it('finds the committed files up to date', async () => {
    expect(await generate('--check')).toEqual({
      code: 0,
      stdout: 'scenarios/schema.json, docs/scenario.md, docs/forge.md, docs/result.schema.json: up to date\n',
      stderr: '',
    });
  });

  it('says with --check which file is stale, changes nothing, ends with 1, and mends it without', async () => {
    const file = join(copy, 'docs/scenario.md');
    const fresh = await readFile(file, 'utf8');
    await writeFile(file, `${fresh}stale\n`);
    await rm(join(copy, 'scenarios/schema.json'));
    expect(await generate('--check')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'scenarios/schema.json, docs/scenario.md: no longer what the schemas make; run `npm run generate` and commit what it writes\n',
    });
    expect(await readFile(file, 'utf8')).toBe(`${fresh}stale\n`);
    expect((await generate()).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(fresh);
    expect((await generate('--check')).code).toBe(0);
  });
});

describe('what is generated', () => {
  it('docs/scenario.md has a row with type, default, meaning and example for every field', async () => {
    const text = await readFile(join(project, 'docs/scenario.md'), 'utf8');
    const root = fieldSchema(vocabulary);
    const fields = fieldPaths(root)
      .map((path) => path.join('.').replaceAll('.*', '[]'))
      .filter((field) => field !== 'cohorts');
    expect(fields.length).toBeGreaterThanOrEqual(40);
    for (const field of fields) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${field}\` |`));
      expect(row, field).toBeDefined();
      // A cell may hold an escaped bar.
      const cells =
        row
          ?.split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()) ?? [];
      expect(cells, field).toHaveLength(5);
      expect(
        cells.slice(0, 4).every((cell) => cell !== ''),
        field,
      ).toBe(true);
    }
    for (const { name, describe: meaning } of vocabulary.defects)
      expect(text).toContain(`| \`${name}\` | ${meaning}`);
  });

  it('docs/result.schema.json is a JSON Schema', async () => {
    const schema = JSON.parse(await readFile(join(project, 'docs/result.schema.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(() => new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)).not.toThrow();
  });
});
