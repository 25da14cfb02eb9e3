import { valueAt } from './layers.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The fields by which a cohort is slow on purpose. */
export const slowFields = ['stopAfter', 'trickle'] as const;

/** The driver of a cohort as written: its own, or the one that can present what it is to present. */
export function driverAsked(cohort: unknown, vocabulary: Vocabulary): unknown {
  return valueAt(cohort, ['driver']) ?? demand(cohort, vocabulary)?.driver ?? 'node';
}

/** The field that chooses a cohort's driver, as written. */
export function fieldThatChooses(cohort: unknown, vocabulary: Vocabulary): string {
  return valueAt(cohort, ['driver']) === undefined
    ? (demand(cohort, vocabulary)?.field ?? 'defect')
    : 'driver';
}

/** What only some drivers can do, and the first that can. */
function demand(
  cohort: unknown,
  { defects, slowDrivers = [], messageOrders = [] }: Vocabulary,
): { field: string; driver: string | undefined } | undefined {
  const made = defects.find(({ name }) => name === (valueAt(cohort, ['defect']) ?? 'none'));
  if (made?.driver !== undefined) return { field: 'defect', driver: made.driver };
  const slow = slowFields.find((field) => valueAt(cohort, [field]) !== undefined);
  if (slow !== undefined) return { field: slow, driver: slowDrivers[0] };
  const order = valueAt(cohort, ['messageOrder']);
  if (order === undefined) return undefined;
  return { field: 'messageOrder', driver: messageOrders.find(({ name }) => name === order)?.driver };
}
