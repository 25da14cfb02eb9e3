import { html, type Markup } from '../markup.ts';

/** Which variant and which cohort (their places in the result) a part of the page tells of, for switching them on and off. */
export type Belonging = { variant?: number; cohort?: number };

/** As attributes, in the form that the page's script looks for. */
export function belonging({ variant, cohort }: Belonging): Markup {
  return html`${variant !== undefined && html` data-variant="${variant}"`}${cohort !== undefined && html` data-cohort="${cohort}"`}`;
}
