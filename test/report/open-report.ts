import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's Chromium or what stands in for it; undefined where there is none, and then the tests that need one are skipped by name. */
export const chromiumPath: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));

/** No sandbox, since containers allow none, and nothing that asks the network for anything by itself. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium on this machine');
  return chromium.launch({ executablePath: chromiumPath, args: quiet });
}

/** Opens a report, looks at it, and returns whatever it said on the console, asked of the network, or threw. */
export async function openReport(
  browser: Browser,
  file: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext({ ...options, offline: true });
  const own = pathToFileURL(file).href;
  const noise: string[] = [];
  context.on('request', (request) => {
    if (request.url() !== own && !request.url().startsWith('data:')) noise.push(`request: ${request.url()}`);
  });
  try {
    const page = await context.newPage();
    page.on('console', (message) => noise.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      noise.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(own);
    await look(page);
    return noise;
  } finally {
    await context.close();
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every rule of WCAG 2.0 to 2.2, A and AA, and axe's own best practices: what it found, with the first element of each. `within`: a selector. */
export async function axeFindings(page: Page, within?: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe
    .run(${within === undefined ? 'document' : JSON.stringify(within)}, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`);
}

/** Evaluates an expression in the page. As text: these files are checked without the types of a browser. */
export function ask<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate(expression);
}

export function unfoldAll(page: Page): Promise<unknown> {
  return ask(page, `document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
}
