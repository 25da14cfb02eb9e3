import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cancelledRun } from '../../bench/cancel/trial.ts';
import { countedRun, hasNamespaces } from '../../bench/counts/counted-run.ts';
import { temporaryFolder, writeScenario } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

describe('a run that is cancelled', () => {
  // `npm run bench:cancel` does it fifty times, at moments that are drawn.
  it('in its middle and before it storms loses nothing and leaves nothing', async () => {
    const trials = [
      await cancelledRun(folder.path, 'middle', 2_500),
      await cancelledRun(folder.path, 'early', 700),
    ];
    for (const trial of trials) expect(trial).toMatchObject({ troubles: [] });
  });
});

describe('clients, broker and kernel', () => {
  it.skipIf(!hasNamespaces())(
    'count the same connections to the last one, refused ones too (needs `unshare -rn` and iproute2)',
    async () => {
      const scenario = writeScenario(folder.path);
      const env = { ...process.env, CERTSTORM_CACHE: join(folder.path, 'cache') };
      const settings = ['--set', 'load.duration=1s', '--rounds', '2'];
      const rounds = await countedRun(scenario, join(folder.path, 'counted'), settings, env);
      expect(rounds).toHaveLength(2);
      for (const { clients, unsure, broker, activeOpens, passiveOpens } of rounds) {
        expect(clients).toBeGreaterThan(0);
        expect(activeOpens).toBeGreaterThanOrEqual(clients);
        expect(activeOpens).toBeLessThanOrEqual(clients + unsure);
        expect({ broker, passiveOpens }).toEqual({ broker: activeOpens, passiveOpens: activeOpens });
      }
    },
  );
});
