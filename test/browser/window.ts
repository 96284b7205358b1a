import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { embeddedStores, type Stores } from '../support/stores.ts';

// The browser’s own requests (updates, variations, sync) would look like requests of the page.
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

/** What pages did that they must not do. */
export interface Misdeeds {
  /** Requests to other hosts, which were blocked. */
  readonly elsewhere: string[];
  /** Errors, and violations of the page’s content security policy. */
  readonly faults: string[];
}

/** Opens a page in a window with storage of its own, as on a first visit. It can only reach the page’s host. */
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

/** A node and a browser for all tests of a file. */
export interface Place {
  readonly node: NodeProcess;
  readonly browser: Browser;
  /** Those of the pages of the current test. */
  readonly misdeeds: Misdeeds;
  /** Opens a path of the node in a window of its own. */
  open(path: string): Promise<Page>;
  /** Starts the node again on the same port, after it has ended. */
  restart(): Promise<void>;
  /** The environment variables that name the node’s stores. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts both before the tests of the file that calls it, and stops them after the last. */
export function browserPlace(): Place {
  const misdeeds: Misdeeds = { elsewhere: [], faults: [] };
  const open = new AsyncDisposableStack();
  let started: { readonly stores: Stores; readonly browser: Browser; node: NodeProcess } | undefined;
  function place(): NonNullable<typeof started> {
    if (started === undefined) throw new Error('the node and the browser start before the first test, not earlier');
    return started;
  }
  beforeAll(async () => {
    const stores = open.use(await embeddedStores());
    started = { stores, ...(await allOf(open, { node: startNodeProcess(stores.env), browser: startBrowser() })) };
  });
  beforeEach(() => {
    misdeeds.elsewhere.length = 0;
    misdeeds.faults.length = 0;
  });
  // The windows of earlier tests would stay connected, and work for the rest of the file.
  afterEach(
    async () =>
      void (await Promise.all(
        place()
          .browser.contexts()
          .map((context) => context.close()),
      )),
  );
  afterAll(() => open.disposeAsync());
  return {
    misdeeds,
    get node() {
      return place().node;
    },
    get browser() {
      return place().browser;
    },
    get env() {
      return place().stores.env;
    },
    open: (path) => openWindow(place().browser, place().node.url + path, misdeeds),
    async restart() {
      const { stores, node } = place();
      place().node = open.use(await startNodeProcess({ ...stores.env, PORT: new URL(node.url).port }));
    },
  };
}
