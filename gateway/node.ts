import { createServer } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { Registry } from 'prom-client';
import { createContext, schema, showDraft, showToApps } from '../schema/index.ts';
import type { Chat } from '../src/chat.ts';
import type { Config } from '../src/config/index.ts';
import { openChat } from '../src/open.ts';
import type { PasswordCost } from '../src/user/index.ts';
import type { Effect } from '../src/worker/index.ts';
import { openAdmin } from './admin.ts';
import type { Caller } from './call.ts';
import { drain } from './drain.ts';
import { createEngine } from './engine.ts';
import { createMask } from './errors.ts';
import { createHttp } from './http.ts';
import { inTurn } from './in-turn.ts';
import { addressAt, listen } from './listen.ts';
import { createLogging, type Logging } from './logger.ts';
import { answerMalformed } from './malformed.ts';
import { joinCluster } from './membership.ts';
import { createMeter } from './meter.ts';
import { createMetrics } from './metrics.ts';
import { createPersistedDocuments } from './persisted.ts';
import { asksForSocket, pathOf } from './request.ts';
import { createSessions } from './sessions.ts';
import { createSockets } from './socket.ts';
import { createTick } from './tick.ts';
import { openTracing } from './tracing.ts';
import { readTrustedDocuments } from './trusted-documents.ts';
import { refuseUpgrade } from './upgrade-refusal.ts';

/** A running node. Disposing it drains it: accepted work is finished, clients are told to reconnect, nothing is lost. */
export interface Node extends AsyncDisposable {
  /** The URL for clients, for example `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  /** The URL of the operators' schema. Null if it is off. */
  readonly adminUrl: string | null;
  readonly chat: Chat;
  /** Resolves when the node is asked over the bus to stop. The caller then closes it. */
  readonly askedToStop: Promise<void>;
  /** Disposes the node. Idempotent. */
  close(): Promise<void>;
}

/** Parts that replace the default ones. */
export interface NodeParts {
  readonly logging?: Logging;
  readonly schema?: GraphQLSchema;
  /** Effects of entries, in addition to the chat's own. */
  readonly effects?: readonly Effect[];
  /** The cost of a password's hash. Tests use less than the default. */
  readonly passwordCost?: PasswordCost;
}

// A request that a load balancer sends while the node closes the connection breaks off with an unknown result. So the load balancer has to
// close idle connections first: that of AWS does after 60 s, Traefik after 90 s, that of Google after 600 s.
const proxiedIdleMs = 620_000;

/** Starts a node. Throws ConfigError if it cannot listen, or what openChat throws. Nothing is left open then. */
export async function createNode(configured: Config, parts: NodeParts = {}): Promise<Node> {
  const logging = parts.logging ?? createLogging(configured);
  await using started = new AsyncDisposableStack();
  const tracing = started.use(await openTracing(configured, logging));
  const chat = started.use(
    await openChat(configured, { logger: logging.logger, effects: parts.effects, tracer: tracing, passwordCost: parts.passwordCost }),
  );
  const served = parts.schema ?? schema;
  chat.webhooks.showBy((kind, entries) => showToApps({ schema: served, chat }, kind, entries));
  chat.beforeSend.showBy(showDraft);
  const { config } = chat.settings;
  followLevel(chat, logging);
  await nameUnclaimed(chat, logging);
  const mask = createMask(logging);
  const [tick, registry] = [createTick(), new Registry()];
  const meter = createMeter(registry);
  const persisted = createPersistedDocuments(await readTrustedDocuments(config, served, logging));
  const engine = createEngine({
    persisted,
    tick,
    meter,
    tracer: tracing,
    logging,
    schema: served,
    config,
    mask,
    createContext: (caller: Caller, cost) => createContext({ chat, ...caller }, cost),
  });
  const sessions = started.use(createSessions(chat));
  const http = createHttp({ chat, config, engine, logging, sessions });
  const sockets = createSockets({ tick, meter, config, engine, persisted, mask, logging, sessions });
  const server = createServer({ shouldUpgradeCallback: asksForSocket }, inTurn(http.listener));
  if (config.trustProxy) server.keepAliveTimeout = proxiedIdleMs;
  answerMalformed(server);
  server.on('upgrade', (request, stream, head) => {
    if (config.roles.includes('gateway') && pathOf(request) === '/graphql') sockets.accept(request, stream, head);
    else refuseUpgrade(stream, { status: 404 });
  });
  const membership = started.use(joinCluster({ cluster: chat.cluster, http, sockets, meter }));
  const { port } = await listen(server, { host: config.host, port: config.port, variables: '' });
  // The server is closed already by the drain, unless the operators' port could not be opened.
  started.defer(async () => {
    server.close();
    server.closeAllConnections();
  });
  const metrics = createMetrics({ registry, meter, chat, config, sockets });
  const admin = started.use(await openAdmin({ chat, config, mask, logging, metrics, port }));
  const url = urlOf(config, port);
  membership.ready(url);
  const parting = started.move();
  const close = once(async () => {
    membership.draining();
    await drain({ server, http, sockets, admin, ms: config.drainMs, proxied: config.trustProxy });
    await parting.disposeAsync();
  });
  return {
    url,
    port,
    adminUrl: admin.url,
    chat,
    askedToStop: membership.askedToStop,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Applies the current log level, and later changes. */
function followLevel({ settings }: Chat, { logger }: Logging): void {
  const { config } = settings;
  function follow(): void {
    logger.level = config.logLevel;
  }
  follow();
  settings.onChange(follow);
}

/** Warns of handles in ADMIN_HANDLES without a user: nobody can sign up with them while they are listed. */
async function nameUnclaimed({ roles }: Chat, { logger }: Logging): Promise<void> {
  for (const handle of await roles.unclaimed()) logger.warn({ handle }, 'ADMIN_HANDLES lists a handle that nobody has signed up with');
}

function urlOf({ publicUrl, host }: Config, port: number): string {
  return publicUrl || addressAt(host, port);
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let under: Promise<T> | undefined;
  return () => (under ??= work());
}
