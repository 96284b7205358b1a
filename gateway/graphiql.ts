import { readFile } from 'node:fs/promises';
import { readyTabs } from './graphiql-tabs.ts';
import { createPage, type Page } from './page.ts';

let made: Promise<Page> | undefined;

/**
 * GraphiQL, complete in one page that works without any network but this node: subscriptions run over WebSocket, the ready tabs are open, and
 * the page remembers whom it signed in (graphiql-memory.js). Made at the first call: it weighs nine megabytes.
 */
export function graphiqlPage(): Promise<Page> {
  made ??= makePage();
  return made;
}

async function makePage(): Promise<Page> {
  const [{ renderGraphiQL }, memory] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    readFile(new URL('./graphiql-memory.js', import.meta.url), 'utf8'),
  ]);
  const html = renderGraphiQL({
    title: 'MPIM · GraphiQL',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: [...readyTabs],
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  // A function as replacement: the page's own code is full of `$&`.
  return await createPage(html.replace('<div id="root">', () => `<script>${memory}</script>\n      <div id="root">`));
}
