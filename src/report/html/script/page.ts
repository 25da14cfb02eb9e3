import { calculatorScript } from '../calculator/calculator.ts';
import { copyScript } from './copy.ts';
import { downloadScript } from './download.ts';
import { filterScript } from './filter.ts';
import { pointerScript } from './pointer.ts';
import { themeScript } from './theme.ts';

/**
 * The page's script: the theme, copying, where the reader is, what is shown, and what the calculator says. The page says everything without it. It reads no text of the result but
 * what is on the page, and writes none of it back. Plain JavaScript, since it goes into the page as it is.
 */
export const pageScript = `'use strict';
${themeScript}
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details.variant:not([open]), details.plan:not([open])')) details.open = true;
});

const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]));
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.classList.remove('here');
      links.get(entry.target.id)?.classList.add('here');
    }
  },
  { rootMargin: '0px 0px -75% 0px' },
);
for (const section of document.querySelectorAll('section[id]')) observer.observe(section);
${copyScript}${filterScript}${pointerScript}${downloadScript}${calculatorScript}`;
