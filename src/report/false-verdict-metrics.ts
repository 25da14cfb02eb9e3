import { counter, type Family, type Labels, type Sample } from './openmetrics-text.ts';

type Verdicts = { falseAccepts: number; falseRejects: number };

/** False accepts and false rejects by cohort, in a result and in a run that goes on: `each` makes samples of every cohort there is. */
export function falseVerdicts(
  each: (pick: (cohort: Verdicts, labels: Labels) => Sample[]) => Sample[],
): Family[] {
  return [
    counter(
      'certstorm_false_accepts',
      'Attempts let in that should not have been.',
      each(({ falseAccepts }, labels) => [{ labels, value: falseAccepts }]),
    ),
    counter(
      'certstorm_false_rejects',
      'Attempts turned away against the expectation.',
      each(({ falseRejects }, labels) => [{ labels, value: falseRejects }]),
    ),
  ];
}
