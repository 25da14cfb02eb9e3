import { neutralise } from './text.ts';
import type { Tone } from './verdict.ts';

/** A sentence of the answer. Its parts are apart so that a page can set names and figures in type of their own. */
export type Sentence = { tone: Tone; parts: readonly Part[] };
export type Part = string | { figure: string } | { name: string };

/** Builds a sentence from a template: `say('good')\`${figure('3 ms')} for ${name('good')}\``. */
export function say(tone: Tone): (words: TemplateStringsArray, ...parts: Part[]) => Sentence {
  return (words, ...parts) => ({
    tone,
    parts: words.flatMap((word, i): Part[] => {
      const part = parts[i];
      return part === undefined ? [word] : [word, part];
    }),
  });
}

export const figure = (text: string): Part => ({ figure: text });
export const name = (text: string): Part => ({ name: text });

export function plainText({ parts }: Sentence): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'figure' in part ? part.figure : neutralise(part.name, 60);
    })
    .join('');
}
