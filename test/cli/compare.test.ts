import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BaselineError } from '../../src/gate/baseline-error.ts';
import { readBaseline } from '../../src/gate/baseline-file.ts';
import type { Result } from '../../src/result/schema.ts';
import { around, costing, resultOf } from '../gate/comparable.ts';
import { certstorm, type Finished, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const base = resultOf([costing('default', around(1))]);
const within = resultOf([costing('old', around(1)), costing('new', around(1.1))]);
const files: Record<string, Result | string> = {
  base,
  slower: resultOf([costing('default', around(1.1), around(0.8))]),
  equal: resultOf([costing('default', around(1.001))]),
  elsewhere: { ...base, environment: { ...base.environment, openssl: '3.0.1' } },
  within: {
    ...within,
    scenario: { ...within.scenario, compare: { pairs: [{ baseline: 'old', candidate: 'new' }] } },
  },
  cut: JSON.stringify(base).slice(0, 2000),
  later: JSON.stringify({ ...base, schema: 'certstorm/result@9' }),
};

const compare = (...args: string[]) =>
  certstorm(['compare', ...args], { cache: join(folder.path, 'cache'), cwd: folder.path });

beforeAll(() => {
  for (const [name, result] of Object.entries(files))
    writeFileSync(
      join(folder.path, `${name}.json`),
      typeof result === 'string' ? result : JSON.stringify(result),
    );
  // A run's folder stands for its result.
  mkdirSync(join(folder.path, 'run'));
  writeFileSync(join(folder.path, 'run', 'result.json'), JSON.stringify(files.equal));
});

describe('certstorm compare', () => {
  it('tells what got slower and what got faster, exits with 96, and names the command that looks closer', async () => {
    const { code, stdout } = await compare('base.json', 'run', 'slower.json');
    expect(code, stdout).toBe(96);
    expect(stdout).toMatch(
      /✗ target\.cpuMsPerAttempt of 'default' against 'default of [^']+': slower, 1\.100×/,
    );
    expect(stdout).toMatch(/✓ good\.authenticated\.p50 .*faster, 0\.800×/);
    expect(stdout).toContain('look closer: certstorm compare base.json slower.json --all');
    expect(stdout).toContain('Holm over 1 gated metric');
  });

  it('prints the same as JSON, judges by the tolerance that it is told, and compares one result within itself', async () => {
    const [json, tolerant, inside] = await Promise.all([
      compare('base.json', 'slower.json', '--json'),
      compare('base.json', 'slower.json', '--tolerance', '25%'),
      compare('within.json', '--all'),
    ]);
    const told = JSON.parse(json.stdout);
    expect(told).toMatchObject({ schema: 'certstorm/comparison@1', exitCode: 96 });
    expect(told.candidates[0].comparisons[0]).toMatchObject({
      metric: 'target.cpuMsPerAttempt',
      verdict: 'slower',
    });
    expect(tolerant.code, tolerant.stdout).toBe(0);
    expect(inside.code).toBe(96);
    expect(inside.stdout).toMatch(/of 'new' against 'old': slower, 1\.100×/);
  });

  it('says in a sentence why a baseline is none (97), and what is wrong with a candidate or a flag (104)', async () => {
    const unusable: [Promise<Finished>, number, RegExp][] = [
      [compare('none.json', 'base.json'), 97, /does not exist.*--save-baseline/s],
      [compare('cut.json', 'base.json'), 97, /ends in the middle/],
      [
        compare('elsewhere.json', 'base.json'),
        97,
        /another runtime .*OpenSSL 3\.0\.1.*--allow-other-machine/,
      ],
      [compare('base.json', 'later.json'), 104, /certstorm\/result@9/],
      [compare('base.json', 'base.json', '--tolerance', 'much'), 104, /a percentage above 0, such as 5%/],
      [compare('base.json', 'base.json', '--metric', 'good.latency'), 104, /no metric 'good\.latency'/],
    ];
    for (const [finished, code, sentence] of unusable) {
      const { code: told, stderr } = await finished;
      expect(told, stderr).toBe(code);
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});

describe('a baseline cut anywhere', () => {
  it('is no baseline, in one sentence', async () => {
    const text = JSON.stringify(base);
    const file = join(folder.path, 'property.json');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length - 1 }), async (length) => {
        writeFileSync(file, text.slice(0, length));
        const error = await readBaseline(file).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(BaselineError);
        expect((error as Error).message).toMatch(/^There is no usable baseline: .*\.$/);
      }),
      { numRuns: 50 },
    );
  });
});
