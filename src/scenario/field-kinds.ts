import { z } from 'zod';
import { type About, about } from './about.ts';

/** Kinds of fields that stand in several places of a scenario. */

/** A TCP port; 0 lets the operating system choose. */
export function port() {
  return z.int().min(0).max(65_535).default(0);
}

/** A file or a folder; `pathWords` tell of it. */
export function path() {
  return z.string().min(1).max(4096);
}

export function pathWords(words: string, more: Pick<About, 'example' | 'otherwise'>) {
  return about(`${words} A relative path starts from where certstorm was called.`, more);
}

export function tlsVersions() {
  return z
    .array(z.enum(['1.2', '1.3']))
    .min(1)
    .max(2)
    .optional();
}

/** What becomes of a client where what is asked about it gives no answer. */
export function wayToFail() {
  return z.enum(['fail-open', 'fail-closed']).default('fail-closed');
}
