import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Config } from '../src/config/index.ts';
import { createPage, type Page } from './page.ts';

// The same as in web/vite.config.ts.
const demoRoot = '/demo/';

// The folder into which `npm start` builds the app (scripts/demo-app.ts).
const built = join(import.meta.dirname, '../web/dist');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

// Unlike GraphiQL the app needs nothing inline, so scripts injected into the page do not run.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Returns whether this node serves the demo app, if it is built. */
export function servesDemoApp({ demoApp, databaseUrl }: Pick<Config, 'demoApp' | 'databaseUrl'>): boolean {
  return demoApp === 'auto' ? databaseUrl === '' : demoApp === 'true';
}

/** Returns whether this node serves the demo app and it is built. */
export function offersDemoApp(config: Config): boolean {
  return servesDemoApp(config) && existsSync(join(built, 'index.html'));
}

/**
 * Reads the demo app into memory. Resolves to its files by URL path, none if it is not built. The files are few. Because they are in
 * memory, a path cannot reach any other file, and a rebuild meanwhile does no harm.
 */
export async function readDemoApp(): Promise<ReadonlyMap<string, Page>> {
  const names = await readdir(built, { recursive: true }).catch(() => []);
  const pages = new Map<string, Page>();
  for (const name of names) {
    const type = types[extname(name)];
    if (type !== undefined)
      pages.set(pathOf(name), await createPage(await readFile(join(built, name)), { ...headersOf(name), 'content-type': type }));
  }
  return pages;
}

function pathOf(name: string): string {
  return demoRoot + (name === 'index.html' ? '' : name.replaceAll('\\', '/'));
}

/** Returns the headers of a file. All files except the page itself have a content hash in their names. */
function headersOf(name: string): Readonly<Record<string, string>> {
  const cache = name === 'index.html' ? 'no-cache' : 'public, max-age=31536000, immutable';
  return { 'content-security-policy': policy, 'cache-control': cache };
}
