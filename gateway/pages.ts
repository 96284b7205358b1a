import { readFile } from 'node:fs/promises';
import type { Config } from '../src/config/index.ts';
import { adminTabs } from './admin-tabs.ts';
import { readDemoApp, servesDemoApp } from './demo-app.ts';
import { readyTabs } from './graphiql-tabs.ts';
import { kept } from './kept.ts';
import { landingHtml } from './landing.ts';
import { createPage, type Page } from './page.ts';

/** The pages of a node. */
export interface Pages {
  /** Returns the page at a path, or null. */
  at(path: string | null): Promise<Page | null>;
  /** Returns the file of the demo app at a path, or null. */
  demo(path: string | null): Promise<Page | null>;
}

/** Creates the pages. Each is built on first use: GraphiQL has nine megabytes. */
export function createPages(config: Config): Pages {
  const demo = kept(async () => (servesDemoApp(config) ? await readDemoApp() : new Map<string, Page>()));
  const landing = kept(async () => createPage(landingHtml({ graphiql: config.graphiql, demo: (await demo()).size > 0 })));
  const graphiql = kept(async () => createPage(await graphiqlHtml()));

  return {
    async demo(path) {
      return (path?.startsWith('/demo/') ? (await demo()).get(path) : undefined) ?? null;
    },
    async at(path) {
      if (path === '/') return await landing();
      return path === '/graphql' && config.graphiql ? await graphiql() : null;
    },
  };
}

// GraphiQL animates its tabs and keeps the transform of the animation's start. A tab jumps there as it gets the focus, away from the click.
const tabStyle = '.graphiql-tab { transform: none !important; }';

/**
 * Returns GraphiQL for the operators' schema, in one page. The token is entered under *Headers*, and forgotten with the page
 * (admin-graphiql.js).
 */
export async function adminGraphiqlHtml(endpoint: string): Promise<string> {
  const [{ renderGraphiQL }, script] = await graphiqlWith(new URL('./admin-graphiql.js', import.meta.url));
  const html = renderGraphiQL({
    title: 'MPIM · operators',
    endpoint,
    headers: '{ "authorization": "Bearer ACCESS_TOKEN" }',
    defaultTabs: [...adminTabs],
    schemaDescription: true,
  });
  return withOurs(html, script);
}

function graphiqlWith(script: URL): Promise<[typeof import('@graphql-yoga/render-graphiql'), string]> {
  return Promise.all([import('@graphql-yoga/render-graphiql'), readFile(script, 'utf8')]);
}

function withOurs(html: string, script: string): string {
  const ours = `<style>${tabStyle}</style>\n      <script>${script}</script>`;
  // A function as replacement, because the script may contain `$&` and the like.
  return html.replace('<div id="root">', () => `${ours}\n      <div id="root">`);
}

/**
 * Returns GraphiQL in one page that needs no network except this node. Subscriptions use WebSocket, the prepared tabs are open, and the
 * page remembers who is signed in (graphiql-memory.js).
 */
async function graphiqlHtml(): Promise<string> {
  const [{ renderGraphiQL }, memory] = await graphiqlWith(new URL('./graphiql-memory.js', import.meta.url));
  const html = renderGraphiQL({
    title: 'MPIM · GraphiQL',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: [...readyTabs],
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  return withOurs(html, memory);
}
