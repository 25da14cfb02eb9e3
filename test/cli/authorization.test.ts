import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { certstorm, resultIn, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

it('scenarios/authorization.yaml: its own to each device, nothing more by any trick, and the broker counts the same', async () => {
  const out = join(folder.path, 'out');
  const scenario = new URL('../../scenarios/authorization.yaml', import.meta.url).pathname;
  const args = ['run', scenario, '--out', out, '--set', 'load.duration=1500ms'];
  // One grant is called wrong, so that a false grant is seen to gate.
  const { code, stdout, stderr } = await certstorm(
    [...args, '--set', 'cohorts.own-share.first.expect=refused'],
    {
      cache: join(folder.path, 'cache'),
    },
  );
  expect(code, stdout + stderr).toBe(91);
  const { invalidReasons, variants } = resultIn(out);
  expect(invalidReasons).toEqual([]);
  const [variant] = variants;
  expect(variant?.cohorts).toHaveLength(20);
  for (const {
    name,
    attempts,
    falseAccepts,
    falseRejects,
    errors,
    expected,
    outcomes,
    brokerCounts,
  } of variant?.cohorts ?? []) {
    expect(attempts, name).toBeGreaterThan(0);
    expect({ falseAccepts, falseRejects, errors }, name).toEqual({
      falseAccepts: name === 'own-share' ? attempts : 0,
      falseRejects: 0,
      errors: 0,
    });
    if (expected === 'accept' || name === 'own-share') expect(brokerCounts?.accepted, name).toBe(attempts);
    else {
      expect(brokerCounts?.refusedAtAuthorization, name).toBe(attempts);
      expect(
        outcomes.map(({ kind }) => kind),
        name,
      ).toEqual(['operation-refused']);
    }
  }
});
