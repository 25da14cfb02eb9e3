import type { Result } from '../../../result/index.ts';
import type { Markup } from '../markup.ts';

/** One part of the page, in the order of `page.ts`. Its id is a permalink and never changes. */
export type Section = {
  id: string;
  title: string;
  /** null where the result has nothing for it. */
  render(result: Result): Markup | null;
};
