import type { GeneratorFigures, RoundResult, ServiceResult, TargetFigures } from '../result/schema.ts';

/**
 * What an attempt costs the broker's side, what it asks included, against what it costs whoever makes it: milliseconds of CPU, and their
 * ratio. Undefined where one of the two is unknown.
 */
export function asymmetryOf(
  { cpuMsPerAttempt: targetMs }: TargetFigures,
  { cpuMsPerAttempt: clientMs }: GeneratorFigures,
  services: readonly ServiceResult[],
): RoundResult['asymmetry'] {
  if (targetMs === undefined || clientMs === undefined || !(clientMs > 0)) return undefined;
  const askedMs = services.reduce((sum, { cpuMsPerAttempt = 0 }) => sum + cpuMsPerAttempt, 0);
  return { targetMs, askedMs, clientMs, ratio: (targetMs + askedMs) / clientMs };
}
