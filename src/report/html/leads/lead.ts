import type { Result } from '../../../result/index.ts';
import type { Markup } from '../markup.ts';

/** The chart of what a kind of scenario is about: one file, one line in `index.ts`. It knows the result and nothing else. */
export type Lead = {
  name: string;
  /** Whether the result holds what this chart is about. */
  fits(result: Result): boolean;
  render(result: Result): Markup;
};
