import type { Result } from '../../result/index.ts';
import { wilson } from '../../stats/index.ts';
import { type FaultFinding, faultsOf } from '../findings/faults.ts';
import { bounds, count, duration, percent } from './numbers.ts';
import { figure, name, type Part, type Sentence } from './sentence.ts';

/** What the worst of the faults did: to whom it let in, and to whom it turned away. */
export function faultSentences(result: Result): Sentence[] {
  const all = faultsOf(result);
  const several = all.length > 1;
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const worst = (pick: (finding: FaultFinding) => number) => all.toSorted((a, b) => pick(b) - pick(a))[0];
  const open = worst(({ stretches: { during } }) => share(during.falseAccepts, during.unwelcome));
  const closed = worst(({ stretches: { during } }) => share(during.falseRejects, during.welcome));
  return [
    ...told(
      open,
      ({ stretches: { during } }) => [during.falseAccepts, during.unwelcome],
      'unwelcome',
      'let in',
      several,
    ),
    ...told(
      closed,
      ({ stretches: { during } }) => [during.falseRejects, during.welcome],
      'good',
      'turned away',
      several,
    ),
  ];
}

function told(
  finding: FaultFinding | undefined,
  pick: (finding: FaultFinding) => [number, number],
  who: string,
  how: string,
  several: boolean,
): Sentence[] {
  if (finding === undefined) return [];
  const [part, whole] = pick(finding);
  if (whole === 0) return [];
  if (part === 0)
    return [{ tone: 'good', parts: [`While services failed, none of the ${who} clients was ${how}.`] }];
  const interval = wilson(part, whole);
  const where: Part[] = several ? [' in ', name(finding.variant.name)] : [];
  const recovery = finding.recoveryMs;
  return [
    {
      tone: who === 'good' ? 'warning' : 'bad',
      parts: [
        'While ',
        name(finding.faults),
        ' lasted, ',
        figure(`${count(part)} of ${count(whole)}`),
        ` ${who} clients were ${how}`,
        ...where,
        interval === null ? '' : ` (${bounds(interval, percent)})`,
        recovery === null || recovery === 0
          ? '.'
          : `, and the last one ${duration(recovery)} after it had ended.`,
      ],
    },
  ];
}
