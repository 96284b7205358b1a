import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import { createRedisCaches } from '../../src/cache/caches.redis.ts';
import { type Caches, createNoCaches } from '../../src/cache/index.ts';
import { type Chat, createChat } from '../../src/chat.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { createMemoryQueue } from '../../src/worker/queue.memory.ts';

/** Where reads find what they ask for. */
export const levels = ['database', 'redis', 'memory'] as const;
export type Level = (typeof levels)[number];

/** A chat whose cached rows are found at one level. */
export interface Subject extends AsyncDisposable {
  readonly level: Level;
  readonly chat: Chat;
  readonly db: Db;
  readonly caches: Caches;
}

/** Opens a chat whose cached rows are found at `level`. */
export async function openSubject(
  level: Level,
  { mysqlUrl, redisUrl }: { readonly mysqlUrl: string; readonly redisUrl: string },
): Promise<Subject> {
  await using opened = new AsyncDisposableStack();
  const logger = pino({ level: 'silent' });
  const config = readConfig({});
  const db = opened.use(await connectMysql({ url: mysqlUrl, connections: 10, writeDeadlineMs: 8_000, serverKey: false }));
  const namespace = `bench:${db.epoch}`;
  const bus = opened.use(await createRedisBus({ url: redisUrl, namespace, timeoutMs: 5_000, logger }));
  // Entries are kept for longer than a run takes. With one byte, nothing is kept in memory.
  const limits = { bytes: level === 'memory' ? 16 * 1_048_576 : 1, keptMs: 3_600_000, changingMs: 3_600_000, readMs: 8_000 };
  const caches = opened.use(
    level === 'database'
      ? createNoCaches()
      : await createRedisCaches({ url: redisUrl, namespace: `${namespace}:${level}`, bus, keeps: true, limits, logger }),
  );
  const keys = [{ id: 'bench', secret: randomBytes(32).toString('base64url') }];
  const chat = opened.use(
    createChat({
      db,
      bus,
      limits: opened.use(createMemoryLimits()),
      registry: opened.use(createMemoryRegistry()),
      roster: opened.use(createMemoryRoster()),
      queue: opened.use(createMemoryQueue()),
      caches,
      keys,
      config,
      logger,
    }),
  );
  const parting = opened.move();
  return { level, chat, db, caches, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}
