import type { Result } from '../../result/index.ts';
import { accessMs, type LagFinding, lagsOf } from '../findings/lag.ts';
import { count, duration } from './numbers.ts';
import { figure, name, type Part, type Sentence } from './sentence.ts';
import { plural } from './text.ts';

/** How long revoked clients kept their access: the shortest, the longest, where it never ended, and what became of their sessions. */
export function lagSentences(result: Result): Sentence[] {
  const all = lagsOf(result);
  if (all.length === 0) return [];
  const several = all.length > 1;
  const ended = all
    .flatMap((finding) => {
      const ms = accessMs(finding.lag);
      return ms === undefined ? [] : [{ finding, ms }];
    })
    .toSorted((a, b) => a.ms - b.ms);
  const [shortest] = ended;
  const longest = ended.at(-1);
  const where = (finding: LagFinding): Part[] => (several ? [' in ', name(finding.name)] : []);
  const until = (ms: number) => (ms === 0 ? 'was never let in again' : 'was let in for ');
  const sentences: Sentence[] = [];
  if (shortest !== undefined && longest !== undefined)
    sentences.push({
      tone: 'plain',
      parts: [
        `After its revocation a client ${until(shortest.ms)}`,
        ...(shortest.ms === 0 ? [] : [figure(duration(shortest.ms)), ' at most']),
        ...where(shortest.finding),
        ...(longest === shortest || longest.ms === 0
          ? []
          : [
              ', and for ',
              figure(duration(longest.ms)),
              ...where(longest.finding),
              ...(longest.finding.toTheEnd ? [', which was the end of the round'] : []),
            ]),
        '.',
      ],
    });
  for (const { lag, ...finding } of all.filter(({ lag }) => lag.firstRefusalMs === undefined).slice(0, 3))
    sentences.push({
      tone: 'bad',
      parts: [
        `No revoked client was refused${several ? ' in ' : ''}`,
        ...(several ? [name(finding.name)] : []),
        ': all of ',
        figure(count(lag.attemptsAfter ?? 0)),
        ` ${plural(lag.attemptsAfter ?? 0, 'attempt')} after the revocation were let in.`,
      ],
    });
  return [...sentences, ...stalls(result), ...sessions(all, several)];
}

/** Who waited longest while a revocation was taken over: a long list is read at the expense of everybody who comes then. */
function stalls({ variants }: Result): Sentence[] {
  const all = variants.flatMap((variant) =>
    variant.rounds.flatMap(({ events = [] }) =>
      events.flatMap(({ slowestMs }) => (slowestMs === undefined ? [] : [{ variant, slowestMs }])),
    ),
  );
  const longest = all.toSorted((a, b) => b.slowestMs - a.slowestMs)[0];
  if (longest === undefined) return [];
  return [
    {
      tone: 'plain',
      parts: [
        'While a revocation was taken over, the slowest client took up to ',
        figure(duration(longest.slowestMs)),
        ...(variants.length > 1 ? [' in ', name(longest.variant.name)] : []),
        '.',
      ],
    },
  ];
}

function sessions(all: readonly LagFinding[], several: boolean): Sentence[] {
  const kept = all.filter(({ lag }) => (lag.sessionsKept ?? 0) > 0);
  if (kept.length === 0) return [];
  return [
    {
      tone: 'warning',
      parts: kept
        .slice(0, 3)
        .flatMap(({ lag, name: title }, i): Part[] => [
          i === 0 ? 'Established sessions outlived the revocation: ' : '; ',
          figure(
            `${count(lag.sessionsKept ?? 0)} of ${count((lag.sessionsKept ?? 0) + (lag.sessionsCut ?? 0))}`,
          ),
          ...(several ? [' in ', name(title)] : []),
          i === Math.min(kept.length, 3) - 1 ? '.' : '',
        ]),
    },
  ];
}
