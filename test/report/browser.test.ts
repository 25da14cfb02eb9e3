import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlFormat } from '../../src/report/html.ts';
import type { Result } from '../../src/result/index.ts';
import {
  hostileRun,
  interruptedRun,
  nothingButFailures,
  singleRun,
  thirtyVariants,
  threeVariants,
} from '../fixtures/results/results.ts';
import { attacks } from './hostile-text.ts';
import { ask, axeFindings, chromiumPath, launchChromium, openReport, unfoldAll } from './open-report.ts';

const results: Record<string, () => Result> = {
  'one round': singleRun,
  'three variants': threeVariants,
  'thirty variants': thirtyVariants,
  'an interrupted run': interruptedRun,
  'nothing but failures': nothingButFailures,
  'hostile names': () => hostileRun(attacks.join(' ').slice(0, 3000)),
};

const pages = new Map(Object.entries(results).map(([name, make]) => [name, htmlFormat.render(make())]));
const backgroundOf = 'getComputedStyle(document.body).backgroundColor';
const background = { light: 'rgb(255, 255, 255)', dark: 'rgb(20, 24, 31)' };

describe.skipIf(chromiumPath === undefined)(
  'the report in Chromium (skipped where there is no Chromium)',
  () => {
    let browser: Browser;
    let dir = '';
    const fileOf = (name: string) => join(dir, `${name.replaceAll(' ', '-')}.html`);

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'certstorm-report-'));
      for (const [name, page] of pages) writeFileSync(fileOf(name), page);
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(dir, { recursive: true });
    });

    // Contrast differs between schemes, not between pages of the same kind: each tone of the verdict is seen in both.
    it.each([
      ['one round', 'light', 'unfolded'],
      ['one round', 'dark', 'unfolded'],
      ['three variants', 'light', 'as it opens'],
      ['three variants', 'dark', 'as it opens'],
      ['nothing but failures', 'light', 'as it opens'],
      ['nothing but failures', 'dark', 'as it opens'],
      ['an interrupted run', 'light', 'unfolded'],
      ['hostile names', 'dark', 'as it opens'],
      ['thirty variants', 'light', 'as it opens'],
    ] as const)(
      '%s, %s, %s: no console message, no request, nothing that axe finds',
      async (name, colorScheme, folds) => {
        const viewport = { width: 1280, height: 900 };
        const noise = await openReport(browser, fileOf(name), { colorScheme, viewport }, async (page) => {
          if (folds === 'unfolded') await unfoldAll(page);
          expect(await ask(page, backgroundOf)).toBe(background[colorScheme]);
          expect(await axeFindings(page)).toEqual([]);
        });
        expect(noise).toEqual([]);
      },
    );

    it.each([...pages.keys()])('%s does not scroll sideways on a phone', async (name) => {
      const viewport = { width: 360, height: 740 };
      const noise = await openReport(browser, fileOf(name), { viewport }, async (page) => {
        expect(await ask(page, '[document.documentElement.scrollWidth, innerWidth]')).toEqual([360, 360]);
      });
      expect(noise).toEqual([]);
    });

    it('has no element, handler or title that a hostile name brought in', async () => {
      const noise = await openReport(browser, fileOf('hostile names'), {}, async (page) => {
        expect(await page.locator('script:not([type^="application/"])').count()).toBe(1);
        expect(await page.locator('img, iframe, object, embed, form, base, x').count()).toBe(0);
        const attributes = await ask<string[]>(
          page,
          `[...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames())`,
        );
        expect(attributes.filter((name) => /^on|^style$/.test(name))).toEqual([]);
        expect(await page.title()).toMatch(/^not valid: /);
      });
      expect(noise).toEqual([]);
    });

    it('runs no script but its own, even if one got in', async () => {
      const noise = await openReport(browser, fileOf('one round'), {}, async (page) => {
        await ask(
          page,
          `document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = "owned"' }))`,
        );
        expect(await page.title()).not.toBe('owned');
      });
      expect(noise).toHaveLength(1);
      expect(noise[0]).toMatch(/Content Security Policy/);
    });

    it('without JavaScript has its charts, its tables and no dead button', async () => {
      const noise = await openReport(
        browser,
        fileOf('three variants'),
        { javaScriptEnabled: false },
        async (page) => {
          expect(await page.locator('.chart svg path.line').count()).toBeGreaterThan(50);
          expect(await page.locator('button:visible').count()).toBe(0);
          await page.locator('figure summary').first().click();
          expect(await page.locator('figure table').first().isVisible()).toBe(true);
        },
      );
      expect(noise).toEqual([]);
    });

    it('copies a table as CSV with the exact figures', async () => {
      const noise = await openReport(browser, fileOf('three variants'), {}, async (page) => {
        const copied = () => ask<string>(page, 'globalThis.copied');
        await ask(
          page,
          `Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { globalThis.copied = text; } } })`,
        );
        await page.locator('#expected details.variant[open] button.copy').click();
        expect((await copied()).split('\r\n').slice(0, 2)).toEqual([
          'Cohort,Expected,Verdict,Attempts,accepted,tls-alert,connack-refused,closed',
          'good,accept,as expected,7200,7200,0,0,0',
        ]);
        await unfoldAll(page);
        await page.locator('#lead button.copy').first().click();
        expect(await copied()).toContain(
          `none,broker,${threeVariants().variants[0]?.target.cpuMsPerAttempt},`,
        );
      });
      expect(noise).toEqual([]);
    });

    it('changes its colours at the button, and says which it would change to', async () => {
      await openReport(browser, fileOf('one round'), { colorScheme: 'light' }, async (page) => {
        const button = page.locator('button.theme');
        expect(await button.textContent()).toBe('Dark colours');
        await button.click();
        expect(await ask(page, backgroundOf)).toBe(background.dark);
        expect(await button.textContent()).toBe('Light colours');
      });
    });

    it('tells the value of a mark when it is pointed at', async () => {
      await openReport(browser, fileOf('one round'), {}, async (page) => {
        const median = singleRun().variants[0]?.cohorts[0]?.latencyMs.authenticated?.p50.toPrecision(3);
        expect(await page.locator('#lead .mark title').allTextContents()).toContain(
          `good, p50: ${median} ms`,
        );
      });
    });

    it('prints in light colours, with no panel or row cut by the end of a page', async () => {
      const a4 = { width: 695, height: 1017 };
      await openReport(
        browser,
        fileOf('three variants'),
        { colorScheme: 'dark', viewport: a4 },
        async (page) => {
          await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
          expect(await ask(page, backgroundOf)).toBe(background.light);
          const cut = await ask<number>(
            page,
            `[...document.querySelectorAll('.panel, .row, .verdict')].filter((element) =>
          getComputedStyle(element).breakInside !== 'avoid' || element.getBoundingClientRect().height > ${a4.height}).length`,
          );
          expect(cut).toBe(0);
          expect(await ask(page, 'document.documentElement.scrollWidth')).toBe(a4.width);
        },
      );
    });
  },
);

describe('the page', () => {
  it.each([...pages])('of %s stays below 1.5 MB', (_, page) => {
    expect(Buffer.byteLength(page)).toBeLessThan(1_500_000);
  });

  it.each([...pages])('of %s names no address to fetch anything from', (_, page) => {
    expect(page).not.toMatch(/<[^>]+ (?:src|href|action)="(?!#|data:,)|<style>[^<]*(?:url\(|@import)/);
  });

  it('says of the bundled broker that it refuses after the handshake, without an alert', () => {
    expect(pages.get('one round')).toMatch(/completes the whole handshake.*gets no TLS alert/s);
    const other = singleRun();
    for (const { target } of other.variants) target.kind = 'mosquitto';
    expect(htmlFormat.render(other)).not.toContain('completes the whole handshake');
  });

  it('names a histogram that can not be read, and draws the others', () => {
    const result = singleRun();
    const cohort = result.variants[0]?.cohorts[1];
    if (cohort === undefined) throw new Error('the fixture has cohorts');
    cohort.histograms = { rejected: 'HISTFAAAAAA=' };
    const page = htmlFormat.render(result);
    expect(page).toContain('No curve for expired: what the result holds there is not a readable histogram.');
    expect(page).toContain('<strong>good</strong> <small>2\u202f400 let in</small>');
  });
});
