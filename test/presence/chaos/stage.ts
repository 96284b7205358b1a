import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../../chaos/database.ts';
import { type Link, openLink } from '../../chaos/link.ts';
import { type KeptNode, keepNode } from '../../chaos/nodes.ts';
import { type Service, startMariadb, startRedis } from '../../support/services.ts';
import type { History } from './history.ts';
import { leaseSaid } from './lease-log.ts';
import { graceMs, leaseMs } from './times.ts';

/** A node, its link to Redis, and the devices' link to it. */
export interface Post {
  readonly number: number;
  readonly node: KeptNode;
  readonly redis: Link;
  readonly clients: Link;
}

/** All processes of a run. */
export interface Stage extends AsyncDisposable {
  readonly redis: Service;
  readonly posts: readonly Post[];
}

const settings = {
  NODE_LEASE_MS: String(leaseMs),
  PRESENCE_GRACE_MS: String(graceMs),
  // Nobody becomes AWAY by inactivity.
  AWAY_SECONDS: '0',
  DRAIN_MS: '500',
  SOCKET_PING_MS: '5000',
  BUS_TIMEOUT_MS: '1000',
  ACCESS_TOKEN_SECONDS: '86400',
  ADDRESS_ATTEMPTS: '1000000',
  OPERATIONS_PER_SECOND: '0',
  GRAPHIQL: 'false',
  // Not used here, and the port after a node's own may be taken.
  ADMIN_PORT: 'off',
  // Takeovers and fences are logged at these levels.
  LOG_LEVEL: 'info',
};

// The error and where it was thrown.
const mostOfLine = 1_000;

/** Starts MariaDB, a Redis that keeps its data in a file, and this many nodes, each with links of its own. */
export async function setStage(history: History, nodes: number): Promise<Stage> {
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'mpim-presence-'));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const [mysql, redis] = await Promise.all([startMariadb(), startRedis({ args: ['--appendonly', 'yes'] })]);
  open.use(mysql);
  open.use(redis);
  const databaseUrl = `${mysql.url}${await createDatabase(mysql.url)}`;

  async function post(number: number): Promise<Post> {
    const way = open.use(await openLink(redis.port));
    const stores = { DATABASE_URL: databaseUrl, REDIS_URL: `redis://127.0.0.1:${way.port}` };
    const env = { ...settings, ...stores, NODE_NAME: `node-${number}` };
    function hear(line: string): void {
      const said = leaseSaid(line, number);
      if (said !== undefined) history.note(said);
      if (line.includes('an unexpected error was masked as INTERNAL'))
        history.note({ what: 'node', node: number, detail: line.slice(0, mostOfLine) });
    }
    const node = open.use(await keepNode({ number, env, folder, history, hear }));
    return { number, node, redis: way, clients: open.use(await openLink(Number(new URL(node.url).port))) };
  }

  const posts = [await post(1), ...(await Promise.all(Array.from({ length: nodes - 1 }, (_, n) => post(n + 2))))];
  const parts = open.move();
  return { redis, posts, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
