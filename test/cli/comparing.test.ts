import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readBaseline } from '../../src/gate/baseline-file.ts';
import { certstorm, resultIn, temporaryFolder, writeScenario } from './certstorm.ts';

const folder = temporaryFolder();
const options = { cache: join(folder.path, 'cache'), cwd: folder.path };
afterAll(folder.remove);

const file = writeScenario(
  folder.path,
  () => `name: small
corpus: { identities: 20 }
load: { model: constant-vus, vus: 4, duration: 250ms, warmup: 50ms }
cohorts:
  - { name: good, expect: accept }
variants:
  - { name: old }
  - { name: new, set: { broker.slowdown: 800% } }
compare: { baseline: old, tolerance: 20% }
rounds: 4
`,
);

it('a run finds that one of its variants is slower, fails with 96, and keeps a baseline that a later run is held against', async () => {
  const out = join(folder.path, 'out');
  const first = await certstorm(['run', file, '--out', out, '--save-baseline', 'kept.json'], options);
  expect(first.code, first.stdout + first.stderr).toBe(96);
  const { comparisons, verdict, variants } = resultIn(out);
  expect(verdict.word).toBe('regressed');
  expect(verdict.reasons[0]).toMatch(/^target\.cpuMsPerAttempt of 'new' against 'old': slower, /);
  expect(verdict.reasons.at(-1)).toMatch(/^look closer: certstorm compare .*result\.json --all$/);
  expect(comparisons[0]).toMatchObject({ paired: true, gated: true, differs: { slowdown: [null, '800%'] } });
  expect(variants[0]?.rounds[0]?.machine?.calibration.p256Sign).toBeGreaterThan(0);
  expect((await readBaseline(join(folder.path, 'kept.json'))).variants).toHaveLength(2);

  // The slow one under the name of the fast one: a regression of this broker since its baseline.
  const later = [
    '--variant',
    'old',
    '--set',
    'broker.slowdown=800%',
    '--baseline',
    'kept.json',
    '--update-baseline',
  ];
  const before = readFileSync(join(folder.path, 'kept.json'), 'utf8');
  const second = await certstorm(['run', file, '--out', out, ...later, '--quiet'], options);
  expect(second.code, second.stderr).toBe(96);
  expect(second.stderr).toMatch(/of 'old' against 'old of \d{4}-/);
  expect(second.stderr).toContain('no baseline was written: the run did not pass (regressed)');
  expect(readFileSync(join(folder.path, 'kept.json'), 'utf8')).toBe(before);
});

it('a run without its baseline measures all the same, says so, and ends with 97', async () => {
  const out = join(folder.path, 'alone');
  const args = ['run', file, '--variant', 'old', '--rounds', '1', '--out', out, '--baseline', 'none.json'];
  const { code, stderr } = await certstorm(args, options);
  expect(code, stderr).toBe(97);
  expect(stderr).toMatch(/WARNING .*There is no usable baseline: none\.json does not exist/);
  expect(existsSync(join(out, 'report.html'))).toBe(true);
  expect(resultIn(out).verdict.word).toBe('no baseline');
});
