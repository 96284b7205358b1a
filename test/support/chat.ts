import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryCaches } from '../../src/cache/caches.memory.ts';
import { type Chat, createChat } from '../../src/chat.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { openChat } from '../../src/open.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { createMemoryQueue } from '../../src/worker/queue.memory.ts';
import { cheapPasswords } from './cheap-passwords.ts';
import { embeddedStores, realStores, type Stores } from './stores.ts';

/** Opens a chat as a node does, on these stores. `env` overrides their variables. */
export function chatOn(stores: Stores, env: Readonly<Record<string, string>> = {}): Promise<Chat> {
  // In tests, everybody signs up from one address, within the same minutes. A cache takes memory for all that it may hold when it is made.
  return openChat(readConfig({ ADDRESS_ATTEMPTS: '100000', CACHE_MB: '1', ...stores.env, ...env }), {
    logger: pino({ level: 'silent' }),
    passwordCost: cheapPasswords,
  });
}

/** Opens a new chat on SQLite and the in-process bus. */
export async function embeddedChat(env: Readonly<Record<string, string>> = {}): Promise<Chat> {
  return leaving(await embeddedStores(), env);
}

/** Opens a new chat on the run's MariaDB and Redis. */
export async function realChat(env: Readonly<Record<string, string>> = {}): Promise<Chat> {
  return leaving(await realStores(), env);
}

/** Opens a chat on a database, and a bus, that the test also uses. Disposing the chat leaves the database open. */
export function chatOver(
  db: Db,
  env: Readonly<Record<string, string>> = {},
  bus = createMemoryBus(),
  registry = createMemoryRegistry(),
): Chat {
  const logger = pino({ level: 'silent' });
  const caches = createMemoryCaches({ limits: { bytes: 1_048_576, keptMs: 600_000, changingMs: 10_000, readMs: 8_000 }, logger });
  return createChat({
    ...{
      db,
      bus,
      limits: createMemoryLimits(),
      registry,
      roster: createMemoryRoster(),
      queue: createMemoryQueue(),
      caches,
      logger,
    },
    keys: [{ id: 'k1', secret: randomBytes(32).toString('base64url') }],
    // Jobs and workers only run when a test runs them.
    config: readConfig({ ADDRESS_ATTEMPTS: '100000', JOB_POLL_MS: '60000', WORKER_POLL_MS: '60000', ...env }),
  });
}

async function leaving(stores: Stores, env: Readonly<Record<string, string>>): Promise<Chat> {
  const chat = await chatOn(stores, env);
  async function leave(): Promise<void> {
    await chat[Symbol.asyncDispose]();
    await stores[Symbol.asyncDispose]();
  }
  return { ...chat, [Symbol.asyncDispose]: leave };
}
