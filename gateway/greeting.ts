import { join } from 'node:path';
import type { Config } from '../src/config/index.ts';
import { offersDemoApp } from './demo-app.ts';
import { addressAt } from './listen.ts';
import type { Node } from './node.ts';

/** Returns the lines to print when a node has started: its URLs, and where it stores data. Contains no passwords. */
export function greet(config: Config, { url, port, adminUrl }: Pick<Node, 'url' | 'port' | 'adminUrl'>): readonly string[] {
  const pages = config.graphiql ? ` (GraphiQL: ${url}/graphql)` : '';
  return [
    `MPIM is at ${url}${pages}. Ctrl-C stops it.`,
    ...(config.publicUrl === '' ? [] : [`This node listens on ${addressAt(config.host, port)}.`]),
    ...(offersDemoApp(config) ? [`The demo app is at ${url}/demo/.`] : []),
    ...(adminUrl === null ? [] : [`The operators’ schema is at ${adminUrl}, for admins.`]),
    keeping(config),
  ];
}

function keeping({ databaseUrl, redisUrl, dataDir }: Config): string {
  if (databaseUrl === '') return `All is kept in ${join(dataDir, 'mpim.sqlite')}, for this node alone: there is no DATABASE_URL.`;
  const database = `All is kept in ${withoutSecrets(databaseUrl)}`;
  if (redisUrl === '') return `${database}, for this node alone: there is no REDIS_URL, and it would not hear a second one.`;
  return `${database}, and other nodes are heard by ${withoutSecrets(redisUrl)}.`;
}

// Works on the text, because a URL with several hosts cannot be parsed. Query parameters may name files and are left out too.
function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, '');
}
