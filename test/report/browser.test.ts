import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costCurves } from '../../src/report/findings/revocation-cost.ts';
import { costsOf } from '../../src/report/html/calculator/costs.ts';
import { dailyPrices } from '../../src/report/html/calculator/daily-prices.ts';
import { htmlFormat } from '../../src/report/html.ts';
import { type Result, serialiseResult } from '../../src/result/index.ts';
import { everyEnd, everyKind } from '../fixtures/results/every-kind.ts';
import { hostileRun, singleRun, threeVariants } from '../fixtures/results/results.ts';
import { crlAgainstOcsp } from '../fixtures/results/revocation.ts';
import { attacks } from './hostile-text.ts';
import { ask, axeFindings, chromiumPath, launchChromium, openReport, unfoldAll } from './open-report.ts';

const results: Record<string, () => Result> = {
  ...everyEnd,
  'hostile names': () => hostileRun(attacks.join(' ').slice(0, 3000)),
  ...everyKind,
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
      ['nothing but failures', 'light', 'as it opens'],
      ['nothing but failures', 'dark', 'as it opens'],
      ['an interrupted run', 'light', 'unfolded'],
      ['hostile names', 'dark', 'as it opens'],
    ] as const)(
      '%s, %s, %s: no console message, no request, nothing that axe finds',
      async (name, colorScheme, folds) => {
        // The dark ones as on a phone, where nothing may scroll sideways.
        const viewport = colorScheme === 'dark' ? { width: 360, height: 740 } : { width: 1280, height: 900 };
        const noise = await openReport(browser, fileOf(name), { colorScheme, viewport }, async (page) => {
          expect(await ask(page, 'document.documentElement.scrollWidth')).toBe(viewport.width);
          if (folds === 'unfolded') await unfoldAll(page);
          expect(await ask(page, backgroundOf)).toBe(background[colorScheme]);
          expect(await axeFindings(page)).toEqual([]);
        });
        expect(noise).toEqual([]);
      },
    );

    it.each([
      ['CRL against OCSP', '#lead', 'light'],
      ['OCSP faults', '#lead', 'dark'],
      ['brokers', '#lead', 'light'],
      ['two builds', '#comparison', 'dark'],
    ] as const)('%s: nothing in %s, %s, that axe finds', async (name, within, colorScheme) => {
      const viewport = { width: 360, height: 740 };
      const noise = await openReport(browser, fileOf(name), { colorScheme, viewport }, async (page) => {
        expect(await ask(page, 'document.documentElement.scrollWidth')).toBe(viewport.width);
        expect(await axeFindings(page, within)).toEqual([]);
      });
      expect(noise).toEqual([]);
    });

    it('reckons for another fleet as the server would, and says which number is none', async () => {
      const noise = await openReport(browser, fileOf('CRL against OCSP'), {}, async (page) => {
        const curves = costCurves(crlAgainstOcsp());
        const fleet = { devices: 1_000_000, share: 0.1, reconnectsADay: 4, crlHours: 1, lifetimeDays: 1 };
        await page.locator('[data-input=devices]').fill('1000000');
        await page.locator('[data-input=share]').fill('10');
        await page.locator('[data-input=crlHours]').fill('1');
        const rows = await ask<string[][]>(
          page,
          `[...document.querySelectorAll('#calculator tbody tr')].map((row) => [...row.cells].slice(1, 5).map((cell) => cell.textContent))`,
        );
        expect(rows).toEqual(dailyPrices(costsOf(crlAgainstOcsp(), curves), fleet).map(({ texts }) => texts));
        await page.locator('[data-input=crlHours]').fill('-3');
        expect(await page.locator('#calculator [role=status]').textContent()).toMatch(
          /^A new CRL every: a number from/,
        );
      });
      expect(noise).toEqual([]);
    });

    it('switches variants and cohorts off, in charts and in tables, and on again', async () => {
      const noise = await openReport(browser, fileOf('three variants'), {}, async (page) => {
        await unfoldAll(page);
        const shown = () =>
          Promise.all(
            [
              '#lead .row[data-variant="1"]',
              '#expected details[data-variant="1"]',
              '#latency table tr:has(td:text-is("crl-native"))',
            ].map((selector) => page.locator(selector).first().isVisible()),
          );
        expect(await shown()).toEqual([true, true, true]);
        await page.getByRole('checkbox', { name: 'crl-native', exact: true }).uncheck();
        expect(await shown()).toEqual([false, false, false]);
        expect(await page.locator('#filter [role=status]').textContent()).toBe('1 of 12 hidden');
        await page.locator('#filter button[data-kind=variant][data-all=on]').click();
        expect(await shown()).toEqual([true, true, true]);
        await page.getByRole('checkbox', { name: 'good', exact: true }).uncheck();
        expect(await page.locator('#latency .panel[data-cohort="0"]').first().isVisible()).toBe(false);
      });
      expect(noise).toEqual([]);
    });

    it('hands out the very result that it was made from', async () => {
      const noise = await openReport(
        browser,
        fileOf('three variants'),
        { acceptDownloads: true },
        async (page) => {
          const [download] = await Promise.all([
            page.waitForEvent('download'),
            page.locator('button.download').click(),
          ]);
          expect(download.suggestedFilename()).toBe('result.json');
          expect(readFileSync(await download.path(), 'utf8')).toBe(serialiseResult(threeVariants()));
        },
      );
      expect(noise.filter((line) => !line.startsWith('request: blob:'))).toEqual([]);
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
        await page.locator('#expected details.variant[open] button.copy').first().click();
        expect((await copied()).split('\r\n').slice(0, 2)).toEqual([
          'Cohort,Expected,Verdict,Attempts,accepted,tls-alert,connack-refused,closed',
          'good,accept,as expected,7200,7200,0,0,0',
        ]);
        await page.locator('#expected details.variant[open] button[data-copy=markdown]').click();
        expect((await copied()).split('\n').slice(0, 2)).toEqual([
          '| Cohort | Expected | Verdict | Attempts | accepted | tls-alert | connack-refused | closed |',
          '| --- | --- | --- | --- | --- | --- | --- | --- |',
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
        await page.locator('#lead .row .mark.main').first().hover();
        expect(await page.locator('.tip').textContent()).toMatch(/^good, p50: /);
      });
    });

    it('shows the moment under the pointer in every chart over time, at the same second of each', async () => {
      await openReport(browser, fileOf('three variants'), {}, async (page) => {
        await page.locator('.panel.time svg.area').first().hover();
        const cursors = await ask<number[]>(
          page,
          `[...document.querySelectorAll('.panel.time svg.area .cursor')].map((line) => (Number.parseFloat(line.getAttribute('x1')) / 100) * line.closest('.panel').dataset.span)`,
        );
        const panels = await page.locator('.panel.time').count();
        expect(panels).toBeGreaterThan(9);
        expect(cursors).toHaveLength(panels);
        for (const atS of cursors) expect(atS).toBeCloseTo(cursors[0] ?? 0, 3);
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
