import { valueAt } from './layers.ts';
import { showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Load models beside whose arrivals a cohort can have its own. */
const models = ['constant-arrival-rate', 'ramping-arrival-rate', 'poisson', 'find-limit'];

/** Mistakes of cohorts that come by a schedule of their own. */
export function arrivalsFaults(data: unknown, { defects }: Vocabulary): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  if (!Array.isArray(cohorts)) return [];
  const faults: Fault[] = [];
  for (const [index, cohort] of cohorts.entries()) {
    const arrivals = valueAt(cohort, ['arrivals']);
    if (typeof arrivals !== 'object' || arrivals === null) continue;
    const path = ['cohorts', index, 'arrivals'];
    const model = valueAt(data, ['load', 'model']);
    if (typeof model === 'string' && !models.includes(model)) {
      const message = `beside model ${showValue(model)} no cohort has arrivals of its own`;
      faults.push({ path, part: 'key', message, expected: `model ${models.join(', ')}` });
    }
    const given = ['rate', 'within'].filter((field) => valueAt(arrivals, [field]) !== undefined);
    if (given.length !== 1) {
      const message = given.length === 0 ? 'no arrivals are told here' : 'rate and within are both there';
      faults.push({ path, message, expected: 'one of rate and within' });
    }
    const defect = valueAt(cohort, ['defect']) ?? 'none';
    const bare = defects.find(({ name }) => name === defect)?.certificate === false;
    if (bare && given.includes('within')) {
      const message = 'clients without certificates are no number that could connect once each';
      faults.push({ path: [...path, 'within'], part: 'key', message, expected: 'rate' });
    }
  }
  return faults;
}
