import type { Result } from '../result/index.ts';

/** A form in which a result can be told: one file, one line in `index.ts`. It knows the result and nothing else. */
export type ReportFormat = {
  /** What `--format` calls it. */
  format: string;
  /** Name of the file in a run's folder. */
  fileName: string;
  /** Made when it is asked for, and not with every run. */
  onRequest?: true;
  /** Whether the result has anything of the kind to tell; the file is left out where not. Always, when left out. */
  fits?(result: Result): boolean;
  /** The whole file as text. Text in the result is a stranger's: every format makes it inert in its own way. */
  render(result: Result): string;
};
