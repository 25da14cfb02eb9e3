import type { Result } from '../../result/index.ts';
import { type FloodCurve, floodOf } from '../findings/flood.ts';
import { recoveriesOf } from '../findings/recovery.ts';
import { bounds, count, duration, threeDigits } from './numbers.ts';
import { figure, name, type Part, type Sentence } from './sentence.ts';

const told = 3;

/** The flood that victims can bear. */
export function floodSentences(result: Result): Sentence[] {
  const flood = floodOf(result);
  if (flood === null) return [];
  const several = flood.curves.length > 1;
  return tellingCurves(flood.curves).map((curve): Sentence => {
    const lead: Part[] = several ? ['In ', name(curve.name), ' victims'] : ['Victims'];
    const most = curve.points.at(-1)?.rate ?? 0;
    if (curve.breaking === 'never')
      return {
        tone: 'good',
        parts: [
          ...lead,
          ' were served as they should be up to ',
          figure(`${threeDigits(most)} bad clients a second`),
          ', the most that was tried.',
        ],
      };
    if (curve.breaking === 'always')
      return {
        tone: 'bad',
        parts: [...lead, ' were not served as they should be at any of the flood rates that were tried.'],
      };
    return {
      tone: 'plain',
      parts: [
        ...lead,
        ' were served as they should be up to ',
        figure(`${threeDigits(curve.breaking.low)} bad clients a second`),
        ', and no more from ',
        figure(threeDigits(curve.breaking.high)),
        ` on${overRounds(curve)}.`,
      ],
    };
  });
}

/** The first, which is the yardstick, and of the others the one that bears most and the one that bears least. */
function tellingCurves(curves: readonly FloodCurve[]): FloodCurve[] {
  const borne = ({ breaking }: FloodCurve) =>
    breaking === 'never' ? Infinity : breaking === 'always' ? 0 : breaking.low;
  const [first, ...others] = curves;
  const sorted = others.toSorted((a, b) => borne(b) - borne(a));
  const ends = sorted.length > 2 ? [sorted[0], sorted.at(-1)] : sorted;
  return [first, ...ends].filter((curve) => curve !== undefined);
}

function overRounds({ interval }: FloodCurve): string {
  return interval === null
    ? ' (one round, so no interval)'
    : ` (breaking point over rounds ${threeDigits(interval.estimate)}, ${bounds(interval)})`;
}

/** How fast a fleet came back. */
export function recoverySentences(result: Result): Sentence[] {
  const all = recoveriesOf(result);
  const several = all.length > 1;
  return all.slice(0, told).map(({ variant, rounds, reached }): Sentence => {
    const [half, most, whole] = reached.map(({ meanS }) => meanS);
    const before = Math.max(...rounds.map((round) => round.before));
    const parts: Part[] = [
      ...(several ? ['In ', name(variant.name), ', half'] : ['Half']),
      ` of ${count(before)} sessions `,
    ];
    if (half == null) return { tone: 'bad', parts: [...parts, 'never came back within the round.'] };
    return {
      tone: whole == null ? 'warning' : 'plain',
      parts: [
        ...parts,
        'were back after ',
        figure(duration(1000 * half)),
        ...(most == null ? [', 95 % never'] : [', 95 % after ', figure(duration(1000 * most))]),
        ...(whole == null
          ? [', and not all of them within the round.']
          : [', all after ', figure(duration(1000 * whole)), '.']),
      ],
    };
  });
}
