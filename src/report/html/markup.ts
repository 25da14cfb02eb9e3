import { neutralise } from '../words/text.ts';

/** Markup that is safe to put into the page as it is. Made by `html` alone. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/**
 * The only way by which text gets into the page: everything interpolated is neutralised and escaped, for element content and for quoted
 * attributes alike, unless `html` itself made it.
 */
export function html(words: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(words.map((word, i) => word + source(contents[i])).join(''));
}

function source(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Markup) return content.source;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escapeHtml(neutralise(content, 400));
  return content.map(source).join('');
}

/** For text that is longer than a name, one line after another: each line is neutralised, and none is cut. */
export function lines(text: string): Markup {
  return new Markup(
    text
      .split('\n')
      .map((line) => escapeHtml(neutralise(line, Number.MAX_SAFE_INTEGER)))
      .join('\n'),
  );
}

/** Our own constant text, such as the style sheet: never anything that a result holds. */
export function trusted(source: string): Markup {
  return new Markup(source);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
