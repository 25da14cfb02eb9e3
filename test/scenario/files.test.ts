import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScenario, ScenarioError } from '../../src/scenario/read.ts';
import { words } from './words.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'certstorm-scenario-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function refusal(file: string, bytes?: string | Uint8Array): Promise<string> {
  const path = join(dir, file);
  if (bytes !== undefined) await writeFile(path, bytes);
  const error: unknown = await readScenario(path, words).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ScenarioError);
  return (error as ScenarioError).message.replace(`${dir}/`, '').replace(dir, 'DIR');
}

describe('a file that is no scenario gets one sentence', () => {
  it('when it is not there', async () => {
    expect(await refusal('none.yaml')).toBe(
      "none.yaml: there is no such file: expected a scenario; 'certstorm init' writes one to start from",
    );
  });

  it('when a file stands where its folder should be', async () => {
    await writeFile(join(dir, 'file'), 'x');
    expect(await refusal('file/none.yaml')).toMatch(/^file\/none\.yaml: there is no such file/);
  });

  it('when it is a folder', async () => {
    expect(await refusal('.')).toMatch(/: this is a folder: expected a scenario file$/);
  });

  it.each(['', '\n\n  \n', '\uFEFF'])('when it is empty: %j', async (text) => {
    expect(await refusal('empty.yaml', text)).toMatch(/^empty\.yaml: the file is empty: expected a scenario/);
  });

  it('when it is binary', async () => {
    expect(await refusal('binary.yaml', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1]))).toBe(
      'binary.yaml: the file is binary: expected YAML or JSON as UTF-8 text',
    );
  });

  it('when it is text in another encoding', async () => {
    expect(await refusal('latin1.yaml', new Uint8Array([0x6e, 0x3a, 0xe4, 0xf6]))).toBe(
      'latin1.yaml: the file is not UTF-8 text: expected YAML or JSON as UTF-8 text',
    );
  });

  it('when it is larger than a megabyte', async () => {
    expect(await refusal('large.yaml', `# ${'x'.repeat(2 ** 20)}`)).toBe(
      'large.yaml: the file is larger than 1 MiB: expected a scenario of a few kilobytes',
    );
  });

  it('when it never ends', async () => {
    const error: unknown = await readScenario('/dev/zero', words).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/\/dev\/zero: the file is (?:binary|larger than 1 MiB)/);
  });

  it.skipIf(process.getuid?.() === 0)('when it may not be read (not for root, who may)', async () => {
    await writeFile(join(dir, 'closed.yaml'), 'name: x');
    await chmod(join(dir, 'closed.yaml'), 0);
    expect(await refusal('closed.yaml')).toMatch(/^closed\.yaml: the file may not be read/);
  });
});
