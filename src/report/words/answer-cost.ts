import type { Result, VariantResult } from '../../result/index.ts';
import { meanInterval, pairedRatio, roundsToDecide } from '../../stats/index.ts';
import { bounds, count, duration, threeDigits } from './numbers.ts';
import { figure, name, type Part, type Sentence, say } from './sentence.ts';

type Costed = { variant: VariantResult; cpuMs: number; rounds: number[] };

/** What an attempt costs the broker, and whether the variants can be told apart. */
export function costSentences(result: Result): Sentence[] {
  return [...costOfVariants(result.variants), ...comparedWithBaseline(result)];
}

function costOfVariants(variants: readonly VariantResult[]): Sentence[] {
  const sorted = variants
    .flatMap((variant): Costed[] => {
      const cpuMs = variant.target.cpuMsPerAttempt;
      return cpuMs === undefined ? [] : [{ variant, cpuMs, rounds: cpuByRound(variant) }];
    })
    .toSorted((a, b) => a.cpuMs - b.cpuMs);
  const [cheapest, ...others] = sorted;
  const dearest = others.at(-1);
  if (cheapest === undefined) return [];
  if (dearest === undefined)
    return [
      say(
        'plain',
      )`An attempt costs the broker ${figure(duration(cheapest.cpuMs))} of CPU${interval(cheapest)}, so one core is used up at about ${figure(
        `${threeDigits(1000 / cheapest.cpuMs)} attempts a second`,
      )} of this mix.`,
    ];
  return [
    {
      tone: 'plain',
      parts: [
        'An attempt costs the broker ',
        figure(duration(cheapest.cpuMs)),
        ' of CPU in ',
        name(cheapest.variant.name),
        interval(cheapest),
        ' and ',
        figure(duration(dearest.cpuMs)),
        ' in ',
        name(dearest.variant.name),
        interval(dearest),
        ...ratio(cheapest, dearest),
      ],
    },
  ];
}

/** CPU per attempt of each round that has one, in the order of rounds. */
export function cpuByRound({ rounds }: VariantResult): number[] {
  return rounds.flatMap(({ target }) =>
    target.cpuMsPerAttempt === undefined ? [] : [target.cpuMsPerAttempt],
  );
}

function interval({ rounds }: Costed): string {
  const found = meanInterval(rounds);
  return found === null ? '' : ` (${bounds(found, duration)})`;
}

function ratio(cheapest: Costed, dearest: Costed): Part[] {
  const found = pairedRatio(cheapest.rounds, dearest.rounds);
  if (found === null) return [': ', figure(`${threeDigits(dearest.cpuMs / cheapest.cpuMs)}×`), '.'];
  if (found.low > 1) return [': ', figure(`${threeDigits(found.estimate)}×`), ` (${bounds(found)}).`];
  const rounds = roundsToDecide(cheapest.rounds, dearest.rounds);
  const needed =
    rounds === null || rounds > 200 ? 'more rounds than are worth while' : `about ${count(rounds)} rounds`;
  return [`. These rounds can't tell the two apart (ratio ${bounds(found)}); ${needed} would.`];
}

function comparedWithBaseline({ comparisons }: Result): Sentence[] {
  return comparisons
    .filter(({ verdict }) => verdict !== 'same')
    .slice(0, 3)
    .map(
      ({ metric, baseline, candidate, ratio: times, low, high, confidence, verdict }) =>
        say(
          verdict === 'slower' ? 'bad' : verdict === 'faster' ? 'good' : 'warning',
        )`${name(metric)} of ${name(candidate)} against ${name(baseline)}: ${figure(
          `${verdict}, ${threeDigits(times)}×`,
        )} (${bounds({ estimate: times, low, high, confidence })}).`,
    );
}
