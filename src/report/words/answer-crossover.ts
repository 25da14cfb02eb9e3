import type { Result } from '../../result/index.ts';
import type { Crossover } from '../../stats/index.ts';
import { type CrossoverFinding, costCurves, crossovers } from '../findings/revocation-cost.ts';
import { count, percent } from './numbers.ts';
import { figure, name, type Part, type Sentence } from './sentence.ts';

/** From how many revoked certificates on each method is cheaper than a CRL, or that it never is. */
export function crossoverSentences(result: Result): Sentence[] {
  return crossovers(costCurves(result)).map(crossoverSentence);
}

export function crossoverSentence(finding: CrossoverFinding): Sentence {
  const { candidate, baseline, withServices } = finding;
  return {
    tone: 'plain',
    parts: [
      ...told(finding.crossover, finding, [
        name(candidate),
        ' costs this broker less CPU per attempt than ',
        name(baseline),
      ]),
      ...counted(withServices, finding),
    ],
  };
}

function told(found: Crossover, { sizes }: CrossoverFinding, what: readonly Part[]): Part[] {
  const largest = count(sizes.at(-1) ?? 0);
  switch (found.kind) {
    case 'at':
      return [
        'From ',
        figure(`${size(found.size)} revoked certificates`),
        ` on${boundsOf(found)}, `,
        ...what,
        '.',
      ];
    case 'always':
      return [
        ...what,
        `, already at ${count(sizes[0] ?? 0)} revoked certificates and up to ${largest}`,
        sure(found.agreement),
        '.',
      ];
    case 'never':
      return [
        'At none of the measured numbers of revoked certificates (up to ',
        figure(largest),
        '), or not for good, ',
        ...what,
        sure(found.agreement),
        '.',
      ];
  }
}

/** The responder's CPU is somebody's bill too. */
function counted(found: Crossover | null, { sizes }: CrossoverFinding): Part[] {
  if (found === null) return [];
  const lead = ' With the CPU of the services it asks counted in, ';
  switch (found.kind) {
    case 'at':
      return [lead, 'from ', figure(size(found.size)), ` on${boundsOf(found)}.`];
    case 'always':
      return [lead, 'that stays so.'];
    case 'never':
      return [lead, `not up to ${count(sizes.at(-1) ?? 0)}.`];
  }
}

function boundsOf({ low, high, confidence }: Extract<Crossover, { kind: 'at' }>): string {
  if (low === null || high === null) return ' (one round, so no interval)';
  const upper = Number.isFinite(high) ? `–${size(high)}` : ' to beyond the largest measured';
  return ` (${percent(confidence)}: ${size(low)}${upper})`;
}

function sure(agreement: number | null): string {
  if (agreement === null) return ' (one round: how sure that is can’t be said)';
  return agreement >= 0.95 ? '' : `, though these rounds say so with only ${percent(agreement)} confidence`;
}

/** Two digits: an interpolation between sizes that lie a factor of ten apart is no better than that. */
function size(value: number): string {
  return count(Number(value.toPrecision(2)));
}
