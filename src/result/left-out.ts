import type { VariantResult } from './schema.ts';

/** A variant that was never due: its target cannot do what it is asked for, or is not on this machine. Not held against a run. */
export function wasLeftOut({ impossible, notInstalled }: VariantResult): boolean {
  return impossible === true || notInstalled === true;
}
