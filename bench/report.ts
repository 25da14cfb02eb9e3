import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { median } from 'simple-statistics';
import { htmlFormat } from '../src/report/html.ts';
import type { Result } from '../src/result/index.ts';
import { manyVariants, singleRun, thirtyVariants } from '../test/fixtures/results/results.ts';
import { crlAgainstOcsp } from '../test/fixtures/results/revocation.ts';
import { ask, launchChromium, openReport, unfoldAll } from '../test/report/open-report.ts';

/**
 * The page of a result: how long it takes to make, how large it is, and in Chromium how long until it is drawn, until everything folded
 * away is open, and until a variant is switched off. Medians; each opening in a context of its own, from a file.
 */
const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, openings: { type: 'string', default: '5' } },
});
/** What is promised of a result of 30 variants. */
const wanted = { bytes: 1_500_000, openMs: 1000 };

const results: Record<string, () => Result> = {
  'one variant': singleRun,
  'CRL against OCSP, 20 variants': crlAgainstOcsp,
  '30 variants': thirtyVariants,
  '200 variants': () => manyVariants(200),
};

const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
const browser = await launchChromium();
try {
  const figures = [];
  for (const [name, make] of Object.entries(results)) figures.push(await measure(browser, name, make()));
  report(figures);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

type Figures = {
  page: string;
  renderMs: number;
  bytes: number;
  openMs: number;
  unfoldMs: number;
  switchMs: number;
  elements: number;
};

async function measure(chromium: Browser, page: string, result: Result): Promise<Figures> {
  const start = performance.now();
  const text = htmlFormat.render(result);
  const renderMs = performance.now() - start;
  const file = join(folder, 'report.html');
  writeFileSync(file, text);
  const openings: Omit<Figures, 'page' | 'renderMs' | 'bytes'>[] = [];
  for (let i = 0; i < Number(flags.openings); i += 1)
    await openReport(chromium, file, { viewport: { width: 1280, height: 900 } }, async (tab) => {
      // From the start of the navigation to the frame in which the page is drawn whole.
      const drawn = `new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))`;
      const openMs = await ask<number>(tab, drawn);
      const elements = await ask<number>(tab, `document.querySelectorAll('*').length`);
      const switchMs = await ask<number>(tab, timed(`document.querySelector('#filter input')?.click()`));
      const before = performance.now();
      await unfoldAll(tab);
      await ask(tab, drawn);
      openings.push({ openMs, elements, switchMs, unfoldMs: performance.now() - before });
    });
  const middle = (pick: (opening: (typeof openings)[number]) => number) => median(openings.map(pick));
  return {
    page,
    renderMs,
    bytes: Buffer.byteLength(text),
    openMs: middle(({ openMs }) => openMs),
    unfoldMs: middle(({ unfoldMs }) => unfoldMs),
    switchMs: middle(({ switchMs }) => switchMs),
    elements: middle(({ elements }) => elements),
  };
}

function timed(action: string): string {
  return `new Promise((done) => { const start = performance.now(); ${action}; requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))); })`;
}

function report(figures: readonly Figures[]): void {
  const thirty = figures.find(({ page }) => page === '30 variants');
  const kept = thirty !== undefined && thirty.bytes <= wanted.bytes && thirty.openMs <= wanted.openMs;
  if (flags.json) process.stdout.write(`${JSON.stringify({ pages: figures, wanted, kept }, null, 2)}\n`);
  else
    console.table(
      figures.map(({ page, ...rest }) => ({
        page,
        ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Math.round(value)])),
      })),
    );
  if (!kept) process.exitCode = 1;
}
