import type { CohortResult, Result } from '../../result/index.ts';
import { wilson } from '../../stats/index.ts';
import { decided } from './cohort.ts';
import { bounds, count, percent } from './numbers.ts';
import { figure, name, type Part, type Sentence, say } from './sentence.ts';
import { plural } from './text.ts';

type Placed = { variant: string; cohort: CohortResult };

/** At most this many contradictions are told one by one; the matrix has them all. */
const told = 3;

/** Who was let in or turned away against the expectation, with Wilson's interval of the share. */
export function safetySentences({ variants }: Result): Sentence[] {
  const all = variants.flatMap(({ name: variant, cohorts }) =>
    cohorts.map((cohort) => ({ variant, cohort })),
  );
  const several = variants.length > 1;
  const accepts = all.filter(({ cohort }) => cohort.falseAccepts > 0);
  const rejects = all.filter(({ cohort }) => cohort.falseRejects > 0);
  return [
    ...accepts
      .slice(0, told)
      .map((placed) => contradicted(placed, placed.cohort.falseAccepts, 'let in', several)),
    ...rejects
      .slice(0, told)
      .map((placed) => contradicted(placed, placed.cohort.falseRejects, rejectedHow(placed), several)),
    ...beyond(Math.max(0, accepts.length - told) + Math.max(0, rejects.length - told)),
    ...clean(all, accepts.length === 0, rejects.length === 0),
    ...undecided(all),
  ];
}

function rejectedHow({ cohort }: Placed): string {
  return cohort.expected.startsWith('accept') ? 'turned away' : 'turned away in another way than expected';
}

function contradicted({ variant, cohort }: Placed, wrong: number, how: string, several: boolean): Sentence {
  const where: Part[] = several ? [' (variant ', name(variant), ')'] : [];
  return {
    tone: 'bad',
    parts: [
      figure(`${count(wrong)} of ${count(decided(cohort))}`),
      ' ',
      name(cohort.name),
      ` clients ${plural(wrong, 'was', 'were')} ${how}`,
      ...where,
      `: ${share(wrong, decided(cohort))}.`,
    ],
  };
}

function share(part: number, whole: number): string {
  const interval = wilson(Math.min(part, whole), whole);
  return interval === null
    ? 'none was decided'
    : `${percent(interval.estimate)} (${bounds(interval, percent)})`;
}

function beyond(more: number): Sentence[] {
  if (more === 0) return [];
  return [
    say(
      'bad',
    )`So were clients of ${figure(count(more))} more ${plural(more, 'cohort')}: see “Expected against seen”.`,
  ];
}

/** The good news, with how much of the bad it could hide. */
function clean(all: readonly Placed[], noneLetIn: boolean, noneTurnedAway: boolean): Sentence[] {
  const total = (expected: (cohort: CohortResult) => boolean) =>
    all.reduce((sum, { cohort }) => (expected(cohort) ? sum + decided(cohort) : sum), 0);
  const unwanted = total(({ expected }) => expected.startsWith('reject'));
  const wanted = total(({ expected }) => expected === 'accept');
  const sentences: Sentence[] = [];
  if (noneLetIn && unwanted > 0)
    sentences.push(
      say(
        'good',
      )`None of the ${figure(count(unwanted))} clients that should be turned away was let in (${atMost(unwanted)}).`,
    );
  if (noneTurnedAway && wanted > 0)
    sentences.push(
      say(
        'good',
      )`None of the ${figure(count(wanted))} clients that should be let in was turned away (${atMost(wanted)}).`,
    );
  return sentences;
}

function atMost(trials: number): string {
  const high = wilson(0, trials)?.high ?? 1;
  return `with ${percent(0.95)} confidence fewer than ${percent(high)} are`;
}

function undecided(all: readonly Placed[]): Sentence[] {
  const errors = all.reduce((sum, { cohort }) => sum + cohort.errors, 0);
  const attempts = all.reduce((sum, { cohort }) => sum + cohort.attempts, 0);
  if (errors === 0) return [];
  return [
    say(
      'warning',
    )`${figure(count(errors))} of ${count(attempts)} attempts (${percent(errors / attempts)}) ended without a decision of the target: they timed out, found no connection, or failed on the generator's side.`,
  ];
}
