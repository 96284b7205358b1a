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

async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: inject('chromium'), args });
}

/** What pages did that they must not do. */
export interface Misdeeds {
  /** Requests to other hosts, which were blocked. */
  readonly elsewhere: string[];
  /** Errors, and violations of the page’s content security policy. */
  readonly faults: string[];
}

const viewport = { width: 1_400, height: 900 } as const;

/** Opens an empty window with storage of its own. Its pages can only reach the host of this URL. */
async function openWindow(browser: Browser, url: string, { elsewhere, faults }: Misdeeds): Promise<Page> {
  const context = await browser.newContext({ viewport });
  const { origin } = new URL(url);
  await context.route(
    (asked) => asked.origin !== origin && asked.protocol !== 'blob:',
    async (route) => {
      elsewhere.push(route.request().url());
      await route.abort();
    },
  );
  context.setDefaultTimeout(20_000);
  // GraphiQL's editor is megabytes of script: with ten programs on two cores, its page has been seen to take more than twenty seconds.
  context.setDefaultNavigationTimeout(40_000);
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return page;
}

/** A node and a browser for all tests of a file. */
export interface Place {
  readonly node: NodeProcess;
  /** Those of the pages of the current test. */
  readonly misdeeds: Misdeeds;
  /**
   * Opens a path of the node in a window of its own, as on a first visit. After the test it is emptied and kept for a later one: a new
   * window costs the browser ten times as much.
   */
  open(path: string): Promise<Page>;
  /** Opens a URL in a window that no other test gets: for tests that change more of a window than its page. */
  openAlone(url: string): Promise<Page>;
  /** Starts the node again on the same port, after it has ended. */
  restart(): Promise<void>;
  /** The environment variables that name the node’s stores. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts both before the tests of the file that calls it, and stops them after the last. */
export function browserPlace(): Place {
  const misdeeds: Misdeeds = { elsewhere: [], faults: [] };
  const open = new AsyncDisposableStack();
  // Windows that the current test has, and those of earlier tests.
  const lent: Page[] = [];
  const idle: Page[] = [];
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
  // The pages of earlier tests would stay connected, and work for the rest of the file.
  afterEach(async () => {
    const { browser, node } = place();
    await Promise.all(lent.map((page) => empty(page, node.url)));
    idle.push(...lent.splice(0));
    const kept = new Set(idle.map((page) => page.context()));
    await Promise.all(
      browser
        .contexts()
        .filter((context) => !kept.has(context))
        .map((context) => context.close()),
    );
  });
  afterAll(() => open.disposeAsync());
  return {
    misdeeds,
    get node() {
      return place().node;
    },
    get env() {
      return place().stores.env;
    },
    async open(path) {
      const { browser, node } = place();
      const page = idle.pop() ?? (await openWindow(browser, node.url, misdeeds));
      lent.push(page);
      await page.goto(node.url + path);
      return page;
    },
    async openAlone(url) {
      const page = await openWindow(place().browser, url, misdeeds);
      await page.goto(url);
      return page;
    },
    async restart() {
      const { stores, node } = place();
      place().node = open.use(await startNodeProcess({ ...stores.env, PORT: new URL(node.url).port }));
    },
  };
}

/** Leaves a window as it was before its first page. */
async function empty(page: Page, origin: string): Promise<void> {
  // A page of the same storage that runs nothing, which could write to it again.
  await page.goto(`${origin}/health/live`);
  await page.evaluate(() => {
    for (const storage of [localStorage, sessionStorage]) storage.clear();
  });
  await page.setViewportSize(viewport);
}
