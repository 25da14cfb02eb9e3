import { describe, expect, it } from 'vitest';
import { comparedRounds, mostAutoRounds } from '../../src/scenario/compare-plan.ts';
import { looks } from '../../src/stats/index.ts';
import { read, scenario, sentencesOf } from './written.ts';

const beginning = (head: string) => scenario({ head });

const two = `variants:
  - { name: old }
  - { name: new, set: { broker.slowdown: 10% } }
  - { name: anchor }
`;

describe('the compare section', () => {
  it('holds all other variants against the baseline, reference apart, with tolerances as shares', async () => {
    const { compare, rounds } = await read(
      beginning(
        `${two}compare: { baseline: old, reference: anchor, tolerance: 7%, tolerances: { good.authenticated.p50: 0.2 } }`,
      ),
    );
    expect(compare).toEqual({
      pairs: [{ baseline: 'old', candidate: 'new' }],
      reference: 'anchor',
      tolerance: 0.07,
      tolerances: { 'good.authenticated.p50': 0.2 },
      gate: ['target.cpuMsPerAttempt'],
    });
    expect(rounds).toBe(comparedRounds);
  });

  it('keeps the pairs of the variants that the run keeps', async () => {
    const text = beginning(
      `${two}compare: { pairs: [{ baseline: old, candidate: new }, { baseline: old, candidate: anchor }] }`,
    );
    const { compare } = await read(text, { variants: ['old', 'anchor'] });
    expect(compare?.pairs).toEqual([{ baseline: 'old', candidate: 'anchor' }]);
  });

  it('leaves the number of rounds to the file, to a flag, or to a budget', async () => {
    expect((await read(beginning('rounds: 5\ncompare: {}'))).rounds).toBe(5);
    expect((await read(beginning('compare: {}'), { rounds: 7 })).rounds).toBe(7);
    expect((await read(beginning('compare: { budget: 5m }'))).rounds).toBe(mostAutoRounds);
    expect(
      (await read(beginning('compare: { budget: 5m }'), { rounds: 7 })).compare?.budgetMs,
    ).toBeUndefined();
    expect((await read(scenario(), { auto: {} })).compare?.budgetMs).toBe(600_000);
    expect((await read(beginning('compare: { budget: 5m }'), { auto: {} })).compare?.budgetMs).toBe(300_000);
    expect((await read(scenario(), { auto: { budget: '20s' } })).compare?.budgetMs).toBe(20_000);
    expect((await read(scenario(), { compared: true })).rounds).toBe(comparedRounds);
    expect((await read(scenario())).rounds).toBe(1);
    expect(mostAutoRounds).toBe(looks.at(-1));
  });

  it('is refused for variants and metrics that are not there, each at its place', async () => {
    const told = await sentencesOf(
      beginning(`${two}compare:
  baseline: odl
  pairs: [{ baseline: new, candidate: new }]
  tolerance: 0%
  gate: [good.authenticated.p5, good.falseAccepts]
`),
    );
    expect(told).toHaveLength(6);
    expect(told.join('\n')).toMatch(
      /compare\.baseline: there is no variant 'odl': expected one of old, new, anchor; did you mean 'old'/,
    );
    expect(told.join('\n')).toMatch(/compare\.pairs: baseline and pairs are both there/);
    expect(told.join('\n')).toMatch(/compare\.pairs\[0\]: a variant is compared with itself/);
    expect(told.join('\n')).toMatch(
      /compare\.tolerance: '0%' does not fit|compare\.tolerance: .*a share such as 5% or 0\.05/,
    );
    expect(told.join('\n')).toMatch(
      /compare\.gate\[0\]: rounds have no metric 'good\.authenticated\.p5'.*did you mean 'good\.authenticated\.p50'/,
    );
    expect(told.join('\n')).toMatch(/compare\.gate\[1\]: rounds have no metric 'good\.falseAccepts'/);
  });
});
