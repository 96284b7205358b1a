import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { createContext, schema } from '../schema/index.ts';
import type { Chat } from '../src/chat.ts';
import { type Config, ConfigError } from '../src/config.ts';
import { openChat } from '../src/open.ts';
import type { Caller } from './call.ts';
import { drain } from './drain.ts';
import { createEngine } from './engine.ts';
import { createMask } from './errors.ts';
import { createHttp } from './http.ts';
import { createLogging, type Logging } from './logger.ts';
import { joinCluster } from './membership.ts';
import { createMeter } from './meter.ts';
import { pathOf } from './request.ts';
import { createSockets } from './socket.ts';
import { createTick } from './tick.ts';

/** A running node. Disposing it drains it: what was accepted is finished, clients are told to reconnect, nothing is lost. */
export interface Node extends AsyncDisposable {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  readonly chat: Chat;
  /** Resolves when the node is asked over the bus to stop; whoever runs it closes it then. */
  readonly askedToStop: Promise<void>;
  /** The same as disposing it. Idempotent. */
  close(): Promise<void>;
}

/** What a node is made of where it is not the usual. */
export interface NodeParts {
  readonly logging?: Logging;
  readonly schema?: GraphQLSchema;
}

/** Starts a node. Throws ConfigError where it cannot listen, and what openChat throws; then nothing is left open. */
export async function createNode(config: Config, parts: NodeParts = {}): Promise<Node> {
  const logging = parts.logging ?? createLogging(config);
  await using started = new AsyncDisposableStack();
  const chat = started.use(await openChat(config, { logger: logging.logger }));
  const mask = createMask(logging);
  const [tick, meter] = [createTick(), createMeter()];
  const engine = createEngine({
    tick,
    meter,
    schema: parts.schema ?? schema,
    config,
    mask,
    createContext: (caller: Caller) => createContext({ chat, ...caller }),
  });
  const http = createHttp({ chat, config, engine, logging });
  const sockets = createSockets({ tick, chat, config, engine, mask, logging });
  const server = createServer(http.listener);
  server.on('upgrade', (request, stream, head) => {
    if (pathOf(request) === '/graphql') sockets.accept(request, stream, head);
    else stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  const membership = started.use(joinCluster({ cluster: chat.cluster, http, sockets, meter }));
  const { port } = await listen(server, config);
  const url = urlOf(config, port);
  membership.ready(url);
  const parting = started.move();
  const close = once(async () => {
    membership.draining();
    await drain({ server, http, sockets, ms: config.drainMs });
    await parting.disposeAsync();
  });
  return { url, port, chat, askedToStop: membership.askedToStop, close, [Symbol.asyncDispose]: close };
}

function urlOf({ publicUrl, host }: Config, port: number): string {
  return publicUrl || `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function listen(server: Server, { host, port }: Config): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  server.once('error', (error: NodeJS.ErrnoException) => reject(new ConfigError(listenFault(error, host, port), { cause: error })));
  server.listen(port, host, () => resolve(server.address() as AddressInfo));
  return await promise;
}

function listenFault({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `PORT ${port} is in use on ${host}: choose another, or 0 for any that is free`;
  if (code === 'EACCES') return `PORT ${port} may not be opened by this user: choose one from 1024 on`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST ${host} is not an address of this machine`;
  return `cannot listen on ${host}:${port}: ${message}`;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let under: Promise<T> | undefined;
  return () => (under ??= work());
}
