import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Path of an installed Chromium, or undefined. */
export function findChromium(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}

/** A picture of the top of a page as a reader on a desk sees it, light, without going to the network. */
export async function photograph(executablePath: string, page: string, picture: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const view = await browser.newPage({ viewport: { width: 1280, height: 1400 }, colorScheme: 'light' });
    await view.goto(`file://${page}`);
    await view.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}
