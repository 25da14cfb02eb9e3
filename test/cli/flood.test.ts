import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { certstorm, resultIn, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

it('scenarios/flood.yaml: a fleet is there before the flood, and result.json tells up to which rate of it the objective was kept', async () => {
  const out = join(folder.path, 'out');
  const scenario = new URL('../../scenarios/flood.yaml', import.meta.url).pathname;
  const { stdout, stderr } = await certstorm(
    [
      ...[
        'run',
        scenario,
        '--out',
        out,
        '--variant',
        'undefended',
        '--rounds',
        '2',
        '--set',
        'thresholds=[breakingPoint.keptUpTo > 100000]',
      ],
      ...[
        '--set',
        'load.stages=[{duration: 1500ms, target: 120}]',
        '--set',
        'corpus.identities=',
        '--set',
        'cohorts.flood.identities=300',
      ],
    ],
    { cache: join(folder.path, 'cache') },
  );
  const { variants, thresholds } = resultIn(out);
  const [variant] = variants;
  expect(thresholds).toMatchObject([{ metric: 'breakingPoint.keptUpTo', passed: false }]);
  expect(thresholds[0]?.observed).toBe(variant?.breakingPoint?.keptUpTo ?? null);
  const log = stdout + stderr;
  expect(variant?.objective, log).toMatchObject({ metric: 'victims.publish.p99', limit: 100 });
  const { how, rounds = [], keptUpTo = NaN, missedFrom = NaN } = variant?.breakingPoint ?? {};
  expect(how, log).toBe('ramp');
  expect(rounds).toHaveLength(2);
  // A machine that is busy enough breaks at any rate; none breaks beyond what was tried.
  const told = [keptUpTo, missedFrom].filter((rate) => !Number.isNaN(rate));
  expect(told.length).toBeGreaterThan(0);
  for (const rate of told) expect(rate).toBeLessThanOrEqual(125);
  for (const name of ['victims', 'sleepers']) {
    const cohort = variant?.cohorts.find((each) => each.name === name);
    expect(cohort?.attempts, name).toBe(100);
    expect(cohort?.sessions?.peak, name).toBeLessThanOrEqual(50);
    expect(cohort?.sessions?.opened, name).toBeGreaterThan(0);
  }
  const [round] = variant?.rounds ?? [];
  const flood = round?.timeline.cohorts.find(({ name }) => name === 'flood')?.started ?? [];
  const slicesOfLead = 1000 / (round?.timeline.intervalMs ?? NaN);
  expect(flood.slice(0, slicesOfLead - 1).every((count) => count === 0)).toBe(true);
  const published = round?.timeline.publish?.cohorts.flatMap(({ counts }) => counts.split(/[; ]/)) ?? [];
  const acknowledged = published.reduce((sum, pair) => sum + Number(pair.split(':')[1] ?? 0), 0);
  const own = round?.cohorts.find(({ name }) => name === 'victims')?.sessions;
  expect(acknowledged).toBe(own?.publishMs?.count);
  expect(stdout).toMatch(/[Vv]ictims were (not )?served as they should be/);
});
