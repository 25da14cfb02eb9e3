import { neutralise } from './words/text.ts';

/** A list. */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** A table; `numeric` are the columns that are set to the right. Empty without rows. */
export function table(
  titles: readonly string[],
  numeric: readonly number[],
  rows: readonly string[][],
): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(titles),
    line(titles.map((_, i) => (numeric.includes(i) ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

/** In a code element nobody is notified and nothing becomes a link. */
export function code(text: string, limit = 80): string {
  return `<code>${inert(text, limit)}</code>`;
}

/**
 * Every character that Markdown or HTML could take for markup becomes a character reference, which neither reads as markup. GitHub looks
 * for names to notify and addresses to link in the text as it reads after that: a word joiner behind the `@` is in the way of both.
 */
export function inert(text: string, limit = 400): string {
  return neutralise(text, limit)
    .replace(/[&<>"'`*_{}[\]#+!|~@\\$^]|:(?=\S)|(?<=ww)w/gi, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('&#64;', '&#64;&#8288;');
}
