import { describe, expect, it } from 'vitest';
import { compareSettings } from '../../src/gate/compare-settings.ts';
import { measuredNoise } from '../../src/gate/measured-noise.ts';
import { noiseSchema } from '../../src/gate/noise.ts';
import { seededRandom } from '../../src/stats/index.ts';
import { costing, resultOf } from './comparable.ts';

/** Runs of one scenario whose levels and rounds spread by so much (SD of the log), each with an anchor on the same machine. */
function runs(count: number, betweenSd: number, roundSd: number, driftSd = 0) {
  const random = seededRandom(3);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => {
    const drift = driftSd * normal();
    const rounds = (level: number) =>
      Array.from({ length: 20 }, () => Math.exp(level + drift + roundSd * normal()));
    return resultOf([costing('default', rounds(betweenSd * normal())), costing('anchor', rounds(0))]);
  });
}

const cpu = (results: ReturnType<typeof runs>, reference?: string) => {
  const [first] = results;
  if (first === undefined) throw new Error('no run');
  const noise = measuredNoise(results, {
    ...compareSettings(first),
    ...(reference !== undefined && { reference }),
  });
  expect(noiseSchema.safeParse(noise).success).toBe(true);
  const found = noise.variants[0]?.metrics['target.cpuMsPerAttempt'];
  if (found === undefined) throw new Error('no noise of the CPU');
  return found;
};

describe('the noise between runs', () => {
  it('is what their means differ by beyond what their rounds explain', () => {
    const many = cpu(runs(200, 0.03, 0.05));
    expect(many.betweenRunsSd).toBeCloseTo(0.03, 2);
    expect(many.roundSd).toBeCloseTo(0.05, 2);
    expect(many.degrees).toBe(199);
    expect(cpu(runs(200, 0, 0.05)).betweenRunsSd).toBeLessThan(0.006);
  });

  it('loses over a reference what the machine does to both', () => {
    const drifting = runs(60, 0.003, 0.01, 0.08);
    expect(cpu(drifting).betweenRunsSd).toBeGreaterThan(0.05);
    expect(cpu(drifting, 'anchor').betweenRunsSd).toBeLessThan(0.01);
  });

  it('takes two runs', () => {
    const [one] = runs(1, 0, 0.05);
    if (one === undefined) throw new Error('no run');
    expect(() => measuredNoise([one], compareSettings(one))).toThrow(RangeError);
  });
});
