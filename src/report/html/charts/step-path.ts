/** A corner of a step area: from x on it reaches from low to high. */
export type Step = readonly [x: number, low: number, high: number];

/**
 * The outline of a step area in whole units, there along the upper edge and back along the lower, with nothing said twice: a page of
 * thirty variants has ten thousand steps.
 */
export function stepPath(steps: readonly Step[]): string {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return '';
  return `M${first[0]} ${first[2]}${edge(steps, 2)}V${last[1]}${backEdge(steps)}Z`;
}

function edge(steps: readonly Step[], side: 1 | 2): string {
  let path = '';
  let level = steps[0]?.[side] ?? 0;
  for (const step of steps) {
    if (step[side] === level) continue;
    level = step[side];
    path += `H${step[0]}V${level}`;
  }
  return `${path}H${steps.at(-1)?.[0] ?? 0}`;
}

/** The last corner only ends the step before it, so the way back begins at the level of that one. */
function backEdge(steps: readonly Step[]): string {
  let path = '';
  let level = steps.at(-1)?.[1] ?? 0;
  for (let i = steps.length - 2; i >= 0; i -= 1) {
    const low = steps[i]?.[1] ?? 0;
    if (low === level) continue;
    path += `H${steps[i + 1]?.[0] ?? 0}V${low}`;
    level = low;
  }
  return `${path}H${steps[0]?.[0] ?? 0}`;
}
