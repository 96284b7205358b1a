import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, startMariadb, startRedis } from '../support/services.ts';
import { createDatabase } from './database.ts';
import type { History } from './history.ts';
import { type Link, openLink } from './link.ts';
import { type KeptNode, keepNode } from './nodes.ts';

/** A node, its links to the two servers, and the devices' link to it. */
export interface Post {
  readonly number: number;
  readonly node: KeptNode;
  readonly mysql: Link;
  readonly redis: Link;
  readonly clients: Link;
}

/** All processes of a run. */
export interface Stage extends AsyncDisposable {
  readonly mysql: Service;
  readonly redis: Service;
  /** The direct URL of the database, without a link. */
  readonly databaseUrl: string;
  readonly posts: readonly [Post, Post];
}

/** How often nodes compare heads with the log here, in ms. A lost hint is found within it. */
export const headCheckMs = 500;

// All time limits of a node are shorter than usual, so that a minute has many time-outs.
const hurried = {
  HEAD_CHECK_MS: String(headCheckMs),
  BUS_TIMEOUT_MS: '1000',
  // Shorter than the longest fault, and longer than a write takes on a machine with three times the work that it has cores for: with 3 s,
  // writes ran out there without a fault.
  WRITE_DEADLINE_MS: '5000',
  DRAIN_MS: '2000',
  SOCKET_PING_MS: '2000',
  SLOW_SOCKET_MS: '2000',
  DRAFT_TELL_MS: '500',
  // Small, so that a client that stops reading for seconds exceeds its queue, its socket or both.
  SOCKET_QUEUE_BYTES: '32768',
  SUBSCRIPTION_QUEUE: '16',
  // Clocks jump by hours.
  ACCESS_TOKEN_SECONDS: '86400',
  ADDRESS_ATTEMPTS: '1000000',
  OPERATIONS_PER_SECOND: '0',
  JOIN_ATTEMPTS: '1000000',
  GRAPHIQL: 'false',
  // Not used here, and the port after a node's own may be taken.
  ADMIN_PORT: 'off',
};

/** Starts MariaDB, Redis and two nodes. Each node has links of its own. */
export async function setStage(history: History): Promise<Stage> {
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'mpim-chaos-'));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const [mysql, redis] = await Promise.all([startMariadb(), startRedis()]);
  open.use(mysql);
  open.use(redis);
  const database = await createDatabase(mysql.url);

  async function post(number: number): Promise<Post> {
    const ways = { mysql: open.use(await openLink(mysql.port)), redis: open.use(await openLink(redis.port)) };
    const stores = {
      DATABASE_URL: `mysql://root@127.0.0.1:${ways.mysql.port}/${database}`,
      REDIS_URL: `redis://127.0.0.1:${ways.redis.port}`,
    };
    const node = open.use(await keepNode({ number, env: { ...hurried, ...stores, NODE_NAME: `node-${number}` }, folder, history }));
    const clients = open.use(await openLink(Number(new URL(node.url).port)));
    return { number, node, clients, ...ways };
  }

  const posts = [await post(1), await post(2)] as const;
  const parts = open.move();
  return { mysql, redis, databaseUrl: `${mysql.url}${database}`, posts, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
