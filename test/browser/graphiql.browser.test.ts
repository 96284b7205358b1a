import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { embeddedStores, type Stores } from '../support/stores.ts';

// Chromium's own errands (updates, variations, sync) would look like requests of the page.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let stores: Stores;
let node: NodeProcess;
let browser: Browser;
beforeAll(async () => {
  stores = await embeddedStores();
  [node, browser] = await Promise.all([startNodeProcess(stores.env), chromium.launch({ executablePath: inject('chromium'), args })]);
});
afterAll(async () => {
  await browser.close();
  await node[Symbol.asyncDispose]();
  await stores[Symbol.asyncDispose]();
});

let page: Page;
let elsewhere: string[];
let faults: string[];
beforeEach(async () => {
  const context = await browser.newContext({ viewport: { width: 1_400, height: 900 } });
  elsewhere = [];
  faults = [];
  await context.route(
    (url) => url.origin !== node.url,
    (route) => {
      elsewhere.push(route.request().url());
      return route.abort();
    },
  );
  page = await context.newPage();
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
  });
});

async function openTab(title: string): Promise<void> {
  await page.getByRole('tab', { name: title, exact: true }).click();
}

/** What the response pane shows, without the line breaks and no-break spaces of the editor. */
async function response(): Promise<string> {
  const lines = await page.locator('.graphiql-response .view-line').allTextContents();
  return lines.join(' ').replaceAll(' ', ' ');
}

async function run(title: string, expected: RegExp): Promise<void> {
  await openTab(title);
  await page.getByRole('button', { name: /execute/i }).click();
  await expect.poll(response, { timeout: 10_000 }).toMatch(expected);
}

test('the ready tabs of GraphiQL sign up, open a conversation and send, and the message arrives in the tab that watches', async () => {
  await page.goto(`${node.url}/graphql`);
  await run('SignUp', /"handle": "ada"/);
  await run('Watch', /StreamReady/);
  await openTab('Find');
});
