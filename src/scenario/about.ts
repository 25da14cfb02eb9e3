import { z } from 'zod';
import { durationPattern, positiveDurationPattern } from './duration.ts';

/**
 * What a field's schema says beside its type. `expected` is the second half of a mistake's sentence where the type alone does not say it;
 * `otherwise` tells the default of a field whose default depends on others.
 */
export type About = { example: unknown; unit?: string; noun?: string; expected?: string; otherwise?: string };

/** The documentation of a field: it goes into the JSON Schema, into docs/scenario.md and into the sentences of mistakes. */
export function about(description: string, { example, ...rest }: About) {
  return { description, examples: [example], ...rest };
}

/** Text such as `10s`, above zero. */
export function positiveDuration() {
  return z.string().regex(positiveDurationPattern);
}

/** The same, also zero. */
export function anyDuration() {
  return z.string().regex(durationPattern);
}

export function duration(description: string, more: Pick<About, 'example' | 'otherwise'>) {
  return about(description, {
    ...more,
    unit: 'duration',
    expected: 'a duration such as 250ms, 10s, 5m or 1h',
  });
}
