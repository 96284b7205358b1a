import { join } from 'node:path';
import type { Logger } from 'pino';
import { allOf } from './all-of.ts';
import { type Actor, type Audit, createAudit } from './audit/index.ts';
import { createMemoryBus } from './bus/bus.memory.ts';
import { type Bus, withLocalEcho } from './bus/index.ts';
import { createMemoryCaches } from './cache/caches.memory.ts';
import { type CacheLimits, type Caches, createNoCaches } from './cache/index.ts';
import { type Chat, createChat } from './chat.ts';
import { createNodes, newNodeId, type Registry } from './cluster/index.ts';
import { createMemoryRegistry } from './cluster/registry.memory.ts';
import { type Config, ConfigError, parseRedisUrl } from './config/index.ts';
import { DatabaseError, type Db, logOutages, renewEpoch } from './db/index.ts';
import { createGroupAdministration, type GroupAdministration } from './group/index.ts';
import { createImports, type Imports } from './import/index.ts';
import { type Backlog, createBacklog } from './jobs/index.ts';
import { keptKeys, keyFile, parseKeys, pathOfKeys } from './key-file.ts';
import type { Limits } from './limit/index.ts';
import { createMemoryLimits } from './limit/limit.memory.ts';
import { createLog } from './log/index.ts';
import { createModeration, type Moderation } from './moderation/index.ts';
import { createNotices, type Notices } from './notice/index.ts';
import { createOversight, type Oversight } from './oversight/index.ts';
import { createHintPublisher, type Roster, tellOfEntries } from './presence/index.ts';
import { createMemoryRoster } from './presence/roster.memory.ts';
import type { ServerKey } from './server-key.ts';
import { createSettings, type Settings } from './settings/index.ts';
import { noTracer, type Tracer } from './tracer.ts';
import { createTransfer, keysToBring, type Transfer } from './transfer/index.ts';
import {
  type Accounts,
  type Administration,
  changedUsers,
  createAccounts,
  createAdministration,
  createRoles,
  createUserCache,
  type PasswordCost,
  type Roles,
} from './user/index.ts';
import { type BeforeSends, createBeforeSend, createWebhooks, type Webhooks } from './webhook/index.ts';
import { type BlockedWords, createWords } from './words/index.ts';
import type { Effect, Queue } from './worker/index.ts';
import { createMemoryQueue } from './worker/queue.memory.ts';

/** What a chat is opened with, besides its configuration. */
export interface OpenOptions {
  readonly logger: Logger;
  /** Effects of entries, in addition to the chat's own. */
  readonly effects?: readonly Effect[] | undefined;
  /** Absent if nothing is traced. */
  readonly tracer?: Tracer;
  /** The cost of a password's hash. Tests use less than the default. */
  readonly passwordCost?: PasswordCost | undefined;
}

/**
 * Opens the chat that a configuration describes: embedded, or on MySQL and Redis. Disposing it closes everything. Throws ConfigError within
 * 15 s, with a message of one line, if the database, Redis or the key file cannot be used as configured. Nothing is left open then.
 */
export async function openChat(config: Config, { logger, effects = [], tracer = noTracer, passwordCost }: OpenOptions): Promise<Chat> {
  await using opened = new AsyncDisposableStack();
  const db = opened.use(await openDb(config, logger));
  const { bus, limits, registry, roster } = await openShared(config, db, logger, opened);
  const nodeId = newNodeId();
  const { queue, caches } = await allOf(opened, {
    queue: openQueue(config, { db, nodeId, logger }),
    caches: openCaches(config, { db, bus, logger }),
  });
  const keys = await openKeys(config, db);
  const chat = opened.use(
    createChat({ db, bus, limits, registry, roster, queue, caches, keys, config, logger, effects, nodeId, tracer, passwordCost }),
  );
  await chat.begin();
  const parting = opened.move();
  return { ...chat, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

/** The parts of a system that a command for operators needs. */
export interface Operator extends AsyncDisposable {
  readonly settings: Settings;
  readonly roles: Roles;
  readonly notices: Notices;
  readonly webhooks: Webhooks;
  readonly beforeSend: BeforeSends;
  readonly accounts: Accounts;
  readonly administration: Administration;
  readonly groupAdministration: GroupAdministration;
  readonly audit: Audit;
  readonly moderation: Moderation;
  readonly words: BlockedWords;
  readonly imports: Imports;
  readonly backlog: Backlog;
  /** Null if nodes cannot be reached from outside: there is no Redis, or it cannot be used. */
  readonly oversight: Oversight | null;
  /**
   * Why Redis cannot be used, in one line. Null if it can be, or there is none. Without Redis, nodes find changes by their periodic checks.
   */
  readonly redisFault: string | null;
  /** The database's epoch when it was opened. */
  readonly epoch: string;
  /** Gives the database a new epoch and resolves to it. Positions from earlier epochs are refused. Nodes read the epoch when they start. */
  renewEpoch(): Promise<string>;
}

/**
 * Opens what a command for operators needs of the system that a configuration describes. Works whether nodes run or not, and beside an
 * embedded node too. Every change applies to all nodes. Throws as openChat, except that Redis may be unusable: what operators decide is
 * stored in the database.
 */
export async function openOperator(config: Config, { logger }: { readonly logger: Logger }): Promise<Operator> {
  await using opened = new AsyncDisposableStack();
  const db = opened.use(await openDb(config, logger, { beside: true }));
  const shared = await openShared(config, db, logger, opened)
    .then(async ({ bus, ...more }) => ({ ...more, bus, caches: opened.use(await openCaches(config, { db, bus, logger })) }))
    .catch((error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
      return error;
    });
  const isAway = shared instanceof ConfigError;
  const bus = isAway ? opened.use(createMemoryBus()) : shared.bus;
  const kept = createUserCache({ db, caches: isAway ? createNoCaches() : shared.caches });
  const telling = opened.use(createHintPublisher(bus));
  const log = opened.use(
    createLog({
      ...{ db, bus, logger },
      // As a node does: nodes that have cached a user, or on which others watch the user, do not follow the user's account.
      onStored(entries) {
        kept.forget(changedUsers(entries));
        tellOfEntries(telling, entries);
      },
    }),
  );
  const settings = opened.use(createSettings({ db, bus, config, logger }));
  const words = opened.use(createWords({ db, bus, config, logger }));
  const webhooks = opened.use(createWebhooks({ db, log, logger, config }));
  const beforeSend = opened.use(createBeforeSend({ db, bus, logger, config }));
  const parting = opened.move();
  return {
    settings,
    roles: createRoles({ db, log, config }),
    notices: createNotices({ db, log }),
    webhooks,
    beforeSend,
    accounts: createAccounts({ db, log }),
    administration: createAdministration({ db, log, config }),
    groupAdministration: createGroupAdministration({ db, log, config }),
    audit: createAudit({ db, logger, config }),
    moderation: createModeration({ db, log, config }),
    words,
    imports: createImports({ db, log, config: settings.config }),
    backlog: createBacklog({ db }),
    oversight: isAway || config.redisUrl === '' ? null : createOversight({ ...shared, db, log, nodes: createNodes(shared), logger }),
    redisFault: isAway ? shared.message : null,
    epoch: db.epoch,
    renewEpoch: () => renewEpoch(db),
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

// As long as a restart of a database takes. Nobody waits for an answer, and a failed transfer begins anew.
const transferDeadlineMs = 60_000;

/**
 * Opens the transfer of the embedded deployment in DATA_DIR to DATABASE_URL. `hold` keeps nodes and imports from the source until the
 * transfer is disposed of; without it, the transfer can only be planned. Throws ConfigError if the signing keys would be lost, and
 * DatabaseError if source or target cannot be used, with a message of one line.
 */
export async function openTransfer(
  config: Config,
  { logger, actor, hold }: { readonly logger: Logger; readonly actor: Actor; readonly hold: boolean },
): Promise<Transfer & AsyncDisposable> {
  const { databaseUrl: url, databaseConnections: connections, dataDir } = config;
  const [{ openSource }, { openTarget }] = await Promise.all([import('./db/source.sqlite.ts'), import('./db/target.mysql.ts')]);
  await using opened = new AsyncDisposableStack();
  const source = opened.use(await openSource({ file: sqliteFileOf(config), hold }));
  const kept = parseKeys(await keptKeys(dataDir));
  const keys = keysToBring({ configured: parseKeys(config.secretKeys), kept, file: pathOfKeys(dataDir) });
  const target = opened.use(await openTarget({ url, connections, writeDeadlineMs: transferDeadlineMs }));
  const transfer = createTransfer({ source, target, keys, actor, audit: (db) => createAudit({ db, logger, config }) });
  const parting = opened.move();
  return { ...transfer, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

function sqliteFileOf({ dataDir }: Config): string {
  return join(dataDir, 'mpim.sqlite');
}

// What the configuration does not choose is not loaded: the driver of the other database, and all that Redis needs, are a fifth of a node's
// start and 20 MB.

async function openDb(config: Config, logger: Logger, { beside = false } = {}): Promise<Db> {
  const { databaseUrl: url, databaseConnections: connections, writeDeadlineMs, secretKeys } = config;
  const outages = logOutages(logger);
  try {
    if (url === '') {
      const { connectSqlite } = await import('./db/db.sqlite.ts');
      return await connectSqlite({ file: sqliteFileOf(config), writeDeadlineMs, beside, outages });
    }
    const { connectMysql } = await import('./db/db.mysql.ts');
    return await connectMysql({ url, connections, writeDeadlineMs, serverKey: secretKeys === '', outages });
  } catch (error) {
    throw error instanceof DatabaseError ? new ConfigError(error.message, { cause: error }) : error;
  }
}

const mebibyte = 1_048_576;

/**
 * Returns the prefix of all keys and topics in Redis. It contains the epoch, so a restored database, which has another epoch, shares no
 * messages or cached values with the nodes of the original.
 */
function namespaceOf({ epoch }: Db): string {
  return `mpim:${epoch}`;
}

interface Shared {
  readonly bus: Bus;
  readonly limits: Limits;
  readonly registry: Registry;
  readonly roster: Roster;
}

async function openShared(
  { redisUrl, nodeLeaseMs, busTimeoutMs: timeoutMs }: Config,
  db: Db,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<Shared> {
  const place = parseRedisUrl(redisUrl);
  if (place === undefined) {
    const [bus, limits, registry, roster] = [createMemoryBus(), createMemoryLimits(), createMemoryRegistry(), createMemoryRoster()];
    return { bus: opened.use(bus), limits: opened.use(limits), registry: opened.use(registry), roster: opened.use(roster) };
  }
  const { createClusterBus, createRedisBus, createRedisLimits, createRedisRegistry, createRedisRoster } = await import('./on-redis.ts');
  const namespace = namespaceOf(db);
  const { cluster, urls } = place;
  const shared = { namespace, timeoutMs, logger };
  const bus = withLocalEcho(
    opened.use(await (cluster ? createClusterBus({ urls, ...shared }) : createRedisBus({ url: urls[0], ...shared }))),
  );
  // After an outage, all nodes must report who is connected within one lease. Reconnecting, sending the heartbeat and repeating the report
  // take up to a quarter each.
  const ofNodes = { url: redisUrl, namespace, logger, longestRetryMs: nodeLeaseMs / 4 };
  // In parallel: each of them has to wait for cluster nodes that hang.
  const others = await allOf(opened, {
    limits: createRedisLimits({ url: redisUrl, namespace, logger }),
    registry: createRedisRegistry(ofNodes),
    roster: createRedisRoster(ofNodes),
  });
  return { bus, ...others };
}

async function openQueue(
  { redisUrl: url, roles, workerVisibilityMs: visibilityMs }: Config,
  { db, nodeId: consumer, logger }: { readonly db: Db; readonly nodeId: string; readonly logger: Logger },
): Promise<Queue> {
  // A node without the worker role neither hands on entries nor takes over work.
  if (url === '' || !roles.includes('worker')) return createMemoryQueue();
  const { createRedisQueue } = await import('./on-redis.ts');
  return await createRedisQueue({ url, namespace: namespaceOf(db), consumer, visibilityMs, logger });
}

async function openCaches(
  { redisUrl: url, cacheMb, cacheRedis: keeps, cacheSeconds, cacheProfileSeconds, writeDeadlineMs: readMs }: Config,
  { db, bus, logger }: { readonly db: Db; readonly bus: Bus; readonly logger: Logger },
): Promise<Caches> {
  const limits: CacheLimits = { bytes: cacheMb * mebibyte, keptMs: cacheSeconds * 1_000, changingMs: cacheProfileSeconds * 1_000, readMs };
  if (limits.bytes === 0) return createNoCaches();
  if (url === '') return createMemoryCaches({ limits, logger });
  const { createRedisCaches } = await import('./on-redis.ts');
  return await createRedisCaches({ url, namespace: namespaceOf(db), bus, keeps, limits, logger });
}

async function openKeys({ secretKeys, databaseUrl, dataDir }: Config, db: Db): Promise<readonly ServerKey[]> {
  if (secretKeys !== '') return parseKeys(secretKeys);
  if (databaseUrl === '') return parseKeys(await keyFile(dataDir));
  return db.client.serverKey.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], select: { id: true, secret: true } });
}
