import { type Browser, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

// The browser's own errands (updates, variations, sync) would look like requests of the page.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: inject('chromium'), args });
}

/** What pages did that they are not to do. */
export interface Misdeeds {
  /** Requests to other hosts, which were not let through. */
  readonly elsewhere: string[];
  /** Errors, and what the page's policy forbids. */
  readonly faults: string[];
}

/** A window of its own, as somebody has it who opens the page for the first time; it reaches nothing but the page's host. */
export async function openWindow(browser: Browser, url: string, { elsewhere, faults }: Misdeeds): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1_400, height: 900 } });
  const { origin } = new URL(url);
  await context.route(
    (asked) => asked.origin !== origin && asked.protocol !== 'blob:',
    async (route) => {
      elsewhere.push(route.request().url());
      await route.abort();
    },
  );
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(url);
  return page;
}
