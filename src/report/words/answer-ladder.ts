import type { Result } from '../../result/index.ts';
import { type Ladder, ladderOf, type Saving, type Step, savings } from '../findings/ladder.ts';
import { bounds, duration, threeDigits } from './numbers.ts';
import { figure, name, type Part, type Sentence } from './sentence.ts';

/** More savings than this are told by the chart alone. */
const told = 4;

/** What each step of the ladder saves on this machine, or that it saves nothing; and what a bad client costs its sender. */
export function ladderSentences(result: Result): Sentence[] {
  const ladder = ladderOf(result);
  if (ladder === null) return [];
  return [
    ...savings(ladder).slice(0, told).map(savingSentence),
    ...lateRefusal(ladder),
    ...asymmetry(ladder),
  ];
}

export function savingSentence({ early, late, ratio }: Saving): Sentence {
  const costs: Part[] = [
    isLate(early) ? 'Turning a client away in TLS (' : 'Turning a client away in the handshake (',
    name(early.variant.name),
    ') costs ',
    figure(duration(early.totalMs)),
    whose(early),
    `, ${placeOf(late)} (`,
    name(late.variant.name),
    ') ',
    figure(duration(late.totalMs)),
    whose(late),
  ];
  if (ratio === null)
    return {
      tone: 'plain',
      parts: [
        ...costs,
        `: ${threeDigits(late.totalMs / early.totalMs)}×, from one round, so without an interval.`,
      ],
    };
  const figures: Part[] = [figure(`${threeDigits(ratio.estimate)}×`), ` (${bounds(ratio)})`];
  if (ratio.low > 1)
    return {
      tone: 'plain',
      parts: [...costs, ': ', ...figures, '. So much the earlier refusal saves on this machine.'],
    };
  if (ratio.high < 1)
    return {
      tone: 'warning',
      parts: [
        ...costs,
        ': ',
        ...figures,
        '. The earlier refusal saves nothing on this machine: it costs more.',
      ],
    };
  return {
    tone: 'warning',
    parts: [...costs, ': ', ...figures, '. On this machine it saves nothing that these rounds could tell.'],
  };
}

/** Where a step that is not in TLS turns clients away. */
function placeOf({ refusedAt }: Step): string {
  return refusedAt === 'connect' ? 'at CONNECT' : `at the first ${refusedAt.toUpperCase()}`;
}

/** Node's TLS server looks at a certificate when the handshake is done. */
function isLate({ variant, refusedAt }: Step): boolean {
  return refusedAt === 'tls' && variant.target.kind === 'bundled';
}

/** What must be known of the steps in TLS of a broker that refuses after the handshake. */
function lateRefusal({ steps }: Ladder): Sentence[] {
  if (!steps.some(isLate)) return [];
  return [
    {
      tone: 'warning',
      parts: [
        'The bundled broker runs on Node, which refuses a certificate after the last flight of the handshake: the client sees its handshake done, and the broker has paid for all of it. A broker that refuses within the handshake saves more (--set target.kind=mosquitto).',
      ],
    },
  ];
}

function whose({ parts }: Step): string {
  return parts.database + parts.services > 0 ? ' of CPU, services counted in' : ' of broker CPU';
}

/** For what one attempt costs its sender, so much does it cost the other side. */
function asymmetry({ steps }: Ladder): Sentence[] {
  const dearest = steps
    .flatMap((step) =>
      step.clientMs === null || !(step.clientMs > 0) ? [] : [{ step, times: step.totalMs / step.clientMs }],
    )
    .toSorted((a, b) => b.times - a.times)[0];
  if (dearest === undefined) return [];
  return [
    {
      tone: 'plain',
      parts: [
        'A refused attempt costs the broker’s side at most ',
        figure(`${threeDigits(dearest.times)}×`),
        ' what it costs the client (',
        name(dearest.step.variant.name),
        `; this generator took ${duration(dearest.step.clientMs ?? 0)} for one).`,
      ],
    },
  ];
}
