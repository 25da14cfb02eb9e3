import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ResultError,
  readResult,
  resultJsonSchema,
  serialiseResult,
  writeFileAtomically,
  writeResult,
} from '../../src/result/index.ts';
import { isCutShort } from '../../src/result/truncation.ts';
import {
  hostileRun,
  interruptedRun,
  nothingButFailures,
  singleRun,
  threeVariants,
} from '../fixtures/results/results.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'certstorm-result-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

async function refusal(file: string): Promise<ResultError> {
  const error = await readResult(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof ResultError)) throw new Error(`read without a ResultError: ${String(error)}`);
  return error;
}

function fileWith(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

describe('a result file', () => {
  it('comes back as it was written', async () => {
    const result = threeVariants();
    const path = writeResult(dir, result);
    expect(await readResult(path)).toEqual(JSON.parse(JSON.stringify(result)));
  });

  it('keeps fields that a later version added', async () => {
    const path = fileWith('extra.json', JSON.stringify({ ...singleRun(), addedLater: { deep: [1] } }));
    expect(await readResult(path)).toMatchObject({ addedLater: { deep: [1] } });
  });

  it.each([
    ['result-missing', () => join(dir, 'nowhere.json'), 'does not exist'],
    ['result-unreadable', () => dir, 'be read'],
    ['result-empty', () => fileWith('empty.json', ' \n'), 'is empty'],
    ['result-not-json', () => fileWith('page.json', '<!doctype html><p>{'), 'is not JSON'],
    ['result-foreign', () => fileWith('other.json', '{"name":"left-pad"}'), 'no certstorm result'],
    ['result-foreign', () => fileWith('array.json', '[1]'), 'no certstorm result'],
    [
      'result-malformed',
      () => fileWith('old.json', '{"schema":"certstorm/result@1"}'),
      'not in that form: scenario',
    ],
  ])('is refused with %s in one sentence that names it', async (code, make, words) => {
    const file = make();
    const error = await refusal(file);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.message).toContain(file);
    expect(error.message).not.toContain('\n');
  });

  it('of a later schema is refused with the version that wrote it', async () => {
    const later = { schema: 'certstorm/result@2', environment: { certstorm: '3.1.4' } };
    const error = await refusal(fileWith('later.json', JSON.stringify(later)));
    expect(error.code).toBe('result-version');
    expect(error.message).toMatch(
      /certstorm 3\.1\.4 as certstorm\/result@2, and this certstorm reads certstorm\/result@1/,
    );
  });

  it('of a later schema steers no terminal with the name of its writer', async () => {
    const later = { schema: 'certstorm/result@2', environment: { certstorm: '\u001b[2J\u202e9' } };
    const error = await refusal(fileWith('steering.json', JSON.stringify(later)));
    expect(error.message).not.toMatch(/[\u001b\u202e]/);
  });

  it('cut anywhere is told from a file that never was JSON', () => {
    const text = serialiseResult(interruptedRun()).trimEnd();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 1 }), (end) => isCutShort(text.slice(0, end))),
      { numRuns: 200 },
    );
    expect(isCutShort(text)).toBe(false);
    expect(isCutShort('{"a":1} trailing')).toBe(false);
    expect(isCutShort('nothing {')).toBe(false);
  });

  it('cut in the middle says that a part is lost', async () => {
    const path = writeResult(dir, singleRun());
    truncateSync(path, 10_000);
    const error = await refusal(path);
    expect(error.code).toBe('result-cut');
    expect(error.message).toMatch(/ends in the middle/);
  });

  it('of more than 250 MB is refused without reading it', async () => {
    const path = fileWith('huge.json', '{');
    truncateSync(path, 500_000_000);
    const error = await refusal(path);
    expect(error.code).toBe('result-too-large');
    expect(error.message).toMatch(/500 MB large, more than the 250 MB/);
  });
});

describe('the JSON Schema of a result', () => {
  const validate = new Ajv2020({ strict: false }).compile(resultJsonSchema());

  it.each([
    ['one round', singleRun],
    ['three variants', threeVariants],
    ['an interrupted run', interruptedRun],
    ['nothing but failures', nothingButFailures],
    ['hostile text', () => hostileRun('\u0000<script>')],
  ])('accepts %s', (_, make) => {
    expect(validate(JSON.parse(serialiseResult(make()))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('refuses a verdict of another word', () => {
    const result = singleRun();
    expect(validate({ ...result, verdict: { ...result.verdict, word: 'great' } })).toBe(false);
  });
});

describe('writing a file atomically', () => {
  const temporaries = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

  it('replaces the old file and leaves nothing else behind', () => {
    const path = fileWith('again.txt', 'old');
    writeFileAtomically(path, 'new ✓');
    expect(readFileSync(path, 'utf8')).toBe('new ✓');
    expect(temporaries(dir)).toEqual([]);
  });

  it('replaces a link instead of writing to where it points', () => {
    const victim = fileWith('victim.txt', 'untouched');
    symlinkSync(victim, join(dir, 'link.txt'));
    writeFileAtomically(join(dir, 'link.txt'), 'new');
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });

  it('keeps the old file and removes the temporary one when the text does not fit', () => {
    const path = fileWith('full.txt', 'old');
    const script = `import { writeFileAtomically } from ${JSON.stringify(new URL('../../src/result/write.ts', import.meta.url).href)};
      try { writeFileAtomically(process.argv[1], 'x'.repeat(100_000)); } catch (error) { console.log(error.code); }`;
    // A limit on the size of files is the one failure of writing that every machine can be brought to.
    const out = execFileSync(
      'bash',
      ['-c', 'ulimit -f 8; exec "$0" --input-type=module -e "$1" -- "$2"', process.execPath, script, path],
      {
        encoding: 'utf8',
      },
    );
    expect(out.trim()).toBe('EFBIG');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(temporaries(dir)).toEqual([]);
  });

  it("lets the system's error through when the folder is missing", () => {
    expect(() => writeFileAtomically(join(dir, 'missing', 'a.txt'), '')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});
