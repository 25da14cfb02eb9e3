import { formats } from '../report/index.ts';
import { UsageError } from './usage-error.ts';

/** Throws UsageError for a name that is no report format. */
export function checkFormats(wanted: readonly string[]): void {
  const names = formats.map(({ format }) => format);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no report format '${unknown}': it is one of ${names.join(', ')}`);
}
