import { parseThreshold } from '../gate/thresholds.ts';
import { type Breaking, type FloodCurve, floodOf } from '../report/findings/flood.ts';
import type { BreakingPoint, Objective, Result, VariantResult } from '../result/schema.ts';

/** A plan's objective, which has been checked with the plan. */
export function objectiveOf(expression: string | undefined): Objective | undefined {
  if (expression === undefined) return undefined;
  const parsed = parseThreshold(expression);
  if ('expected' in parsed) return undefined;
  const { metric, limit } = parsed;
  return { expression, metric: metric.name, limit, unit: metric.unit };
}

/** The variants, with the flood that each one's welcome clients can bear: as the report reads it, so that both tell the same. */
export function withBreakingPoints(result: Result): VariantResult[] {
  const flood = floodOf(result);
  if (flood === null) return result.variants;
  return result.variants.map((variant, index) => {
    const curve = flood.curves.find(({ indices }) => indices.length === 1 && indices[0] === index);
    return curve === undefined ? variant : { ...variant, breakingPoint: describe(flood.objective, curve) };
  });
}

function describe(objective: string, curve: FloodCurve): BreakingPoint {
  const { how, interval, rounds } = curve;
  const broken = rounds.filter((breaking) => typeof breaking !== 'string').length;
  return {
    objective,
    how: how === 'search' ? 'search' : 'ramp',
    ...boundsOf(curve.breaking, curve),
    rounds: rounds.map((breaking) => boundsOf(breaking, curve)),
    ...(interval !== null && { interval: { ...interval, rounds: broken } }),
  };
}

function boundsOf(breaking: Breaking, { points }: FloodCurve): { keptUpTo?: number; missedFrom?: number } {
  if (breaking === 'never') return { keptUpTo: points.at(-1)?.rate ?? 0 };
  if (breaking === 'always') return { missedFrom: points[0]?.rate ?? 0 };
  return { keptUpTo: breaking.low, missedFrom: breaking.high };
}
