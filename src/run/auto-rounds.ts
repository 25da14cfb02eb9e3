import { isDecided } from '../gate/compare-run.ts';
import type { Result } from '../result/schema.ts';
import type { Plan } from '../scenario/plan.ts';
import { looks } from '../stats/index.ts';

/**
 * When a run with a time budget is at its end, asked before each round: at the looks that `stats` lays down, if every gated metric is
 * decided, and in any case when the budget is spent. Without a budget never: the rounds are then counted beforehand.
 */
export function autoEnd(
  { compare }: Plan,
  sumUp: () => Pick<Result, 'comparisons'>,
  now: () => number = () => performance.now(),
): (roundsDone: number) => boolean {
  const budgetMs = compare?.budgetMs;
  if (budgetMs === undefined) return () => false;
  const startedAt = now();
  return (roundsDone) => {
    if (roundsDone > 0 && now() - startedAt >= budgetMs) return true;
    return looks.some((look) => look === roundsDone) && isDecided(sumUp().comparisons);
  };
}
