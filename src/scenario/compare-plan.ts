import { parseDuration } from './duration.ts';
import { cohortNames } from './event-checks.ts';
import { type Layered, valueAt } from './layers.ts';
import { nearestWord } from './nearest.ts';
import { type Path, showValue } from './place.ts';
import type { ComparePlan, Plan } from './plan.ts';
import type { ProblemList } from './problem-list.ts';
import type { Scenario } from './schema.ts';
import { shareOf } from './share.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Rounds of each variant where something is compared and nobody has said how many. */
export const comparedRounds = 20;
/** The last look of `--rounds auto`. */
export const mostAutoRounds = 90;

type Names = { all: readonly string[]; kept: readonly string[] };

/** Mistakes of the compare section that its fields alone don't show: variants and metrics that are not there. */
export function checkCompare(
  base: Layered,
  { all }: Names,
  vocabulary: Vocabulary,
  problems: ProblemList,
): void {
  const section = valueAt(base.data, ['compare']);
  const variant = (path: Path) => {
    const name = valueAt(section, path);
    if (typeof name !== 'string' || all.includes(name)) return;
    const nearest = nearestWord(name, all);
    problems.add(
      {
        path: ['compare', ...path],
        message: `there is no variant ${showValue(name)}`,
        expected: `one of ${all.join(', ')}`,
        ...(nearest === undefined ? {} : { nearest }),
      },
      base,
    );
  };
  variant(['baseline']);
  variant(['reference']);
  const pairs = valueAt(section, ['pairs']);
  if (pairs !== undefined && valueAt(section, ['baseline']) !== undefined)
    problems.add(
      {
        path: ['compare', 'pairs'],
        part: 'key',
        message: 'baseline and pairs are both there',
        expected: 'one of the two',
      },
      base,
    );
  for (const index of Array.isArray(pairs) ? pairs.keys() : []) {
    variant(['pairs', index, 'baseline']);
    variant(['pairs', index, 'candidate']);
    if (valueAt(pairs, [index, 'baseline']) === valueAt(pairs, [index, 'candidate']))
      problems.add(
        {
          path: ['compare', 'pairs', index],
          message: 'a variant is compared with itself',
          expected: 'two variants',
        },
        base,
      );
  }
  checkMetrics(base, section, vocabulary, problems);
}

function checkMetrics(
  base: Layered,
  section: unknown,
  { checkRoundMetric }: Vocabulary,
  problems: ProblemList,
): void {
  const cohorts = cohortNames(base.data);
  const check = (metric: unknown, path: Path, part?: 'key') => {
    const wrong = typeof metric === 'string' ? checkRoundMetric?.(metric, cohorts) : undefined;
    if (wrong === undefined) return;
    const message = `rounds have no metric ${showValue(metric)}`;
    problems.add({ path: ['compare', ...path], ...(part && { part }), message, ...wrong }, base);
  };
  for (const list of ['gate', 'also']) {
    const metrics = valueAt(section, [list]);
    for (const [index, metric] of (Array.isArray(metrics) ? metrics : []).entries())
      check(metric, [list, index]);
  }
  const tolerances = valueAt(section, ['tolerances']);
  if (typeof tolerances === 'object' && tolerances !== null)
    for (const metric of Object.keys(tolerances)) check(metric, ['tolerances', metric], 'key');
}

/** The section with its pairs spelt out, as far as this run keeps both variants of them; undefined where the scenario has none. */
export function resolveCompare(compare: Scenario['compare'], { kept }: Names): ComparePlan | undefined {
  if (compare === undefined) return undefined;
  const { baseline, reference, tolerance, tolerances, gate, also, budget } = compare;
  const pairs =
    compare.pairs ??
    (baseline === undefined
      ? []
      : kept
          .filter((name) => name !== baseline && name !== reference)
          .map((candidate) => ({ baseline, candidate })));
  return {
    pairs: pairs.filter((pair) => kept.includes(pair.baseline) && kept.includes(pair.candidate)),
    ...(reference !== undefined && kept.includes(reference) && { reference }),
    tolerance: shareOf(tolerance),
    tolerances: Object.fromEntries(
      Object.entries(tolerances).map(([metric, share]) => [metric, shareOf(share)]),
    ),
    gate,
    ...(also !== undefined && { also }),
    ...(budget !== undefined && { budgetMs: parseDuration(budget) ?? 0 }),
  };
}

/** How many rounds a run with this section has, where `written` of the file or a flag does not say. */
export function roundsOf(
  written: boolean,
  rounds: number,
  compare: ComparePlan | undefined,
): Pick<Plan, 'rounds'> {
  if (compare?.budgetMs !== undefined) return { rounds: mostAutoRounds };
  return { rounds: written || compare === undefined ? rounds : comparedRounds };
}
