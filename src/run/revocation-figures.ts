import { revocationCounters } from '../broker/index.ts';
import type { RevocationFigures } from '../result/schema.ts';
import type { MeasuredRound } from './measured-round.ts';

/**
 * How the target's revocation check fared in these rounds: counts summed over them, the longest stall, and what is used as it was at the end of
 * the last. Undefined where the target does not tell.
 */
export function revocationFigures(
  rounds: readonly Pick<MeasuredRound, 'before' | 'after'>[],
): RevocationFigures | undefined {
  const told = rounds.flatMap(({ before, after }) =>
    after?.revocation === undefined ? [] : [{ before: before?.revocation, after: after.revocation }],
  );
  const last = told.at(-1)?.after;
  if (last === undefined) return undefined;
  const sums: RevocationFigures = { ...last, troubles: {} };
  for (const counter of revocationCounters) {
    if (last[counter] === undefined) continue;
    sums[counter] = told.reduce(
      (sum, { before, after }) => sum + (after[counter] ?? 0) - (before?.[counter] ?? 0),
      0,
    );
  }
  for (const { before, after } of told) {
    for (const [cause, count] of Object.entries(after.troubles)) {
      const more = count - (before?.troubles[cause] ?? 0);
      if (more > 0) sums.troubles = { ...sums.troubles, [cause]: (sums.troubles?.[cause] ?? 0) + more };
    }
  }
  const stalls = told.flatMap(({ after }) => after.stallMs ?? []);
  if (stalls.length > 0) sums.stallMs = Math.max(...stalls);
  return sums;
}
