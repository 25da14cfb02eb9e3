import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/result/schema.ts';
import { autoEnd } from '../../src/run/auto-rounds.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { looks } from '../../src/stats/index.ts';

const planOf = (budgetMs?: number) =>
  ({
    compare: {
      pairs: [],
      tolerance: 0.05,
      tolerances: {},
      gate: [],
      ...(budgetMs !== undefined && { budgetMs }),
    },
  }) as unknown as Plan;
const verdicts = (...words: Comparison['verdict'][]) => ({
  comparisons: words.map((verdict) => ({ verdict, gated: true }) as Comparison),
});

/** The rounds that a run would have. */
function roundsUntil(end: (done: number) => boolean): number {
  for (let done = 0; done < 100; done += 1) if (end(done)) return done;
  return 100;
}

describe('a run with a budget', () => {
  it('ends at the first look at which every gated metric is decided, and looks at no other time', () => {
    let asked = 0;
    const end = autoEnd(
      planOf(1000),
      () => {
        asked += 1;
        return asked < 3 ? verdicts('slower', 'inconclusive') : verdicts('slower', 'same');
      },
      () => 0,
    );
    expect(roundsUntil(end)).toBe(looks[2]);
    expect(asked).toBe(3);
  });

  it('ends when the budget is spent, after one round at least', () => {
    let now = 0;
    const end = autoEnd(
      planOf(1000),
      () => verdicts('inconclusive'),
      () => {
        now += 100;
        return now;
      },
    );
    expect(roundsUntil(end)).toBe(10);
    const late = autoEnd(
      planOf(0),
      () => verdicts('inconclusive'),
      () => 0,
    );
    expect(roundsUntil(late)).toBe(1);
  });

  it('does not end for figures that gate nothing, and without a budget never', () => {
    const told = { comparisons: [{ verdict: 'same', gated: false } as Comparison] };
    expect(
      roundsUntil(
        autoEnd(
          planOf(1000),
          () => told,
          () => 0,
        ),
      ),
    ).toBe(100);
    expect(roundsUntil(autoEnd(planOf(), () => verdicts('same')))).toBe(100);
  });
});
