import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Config } from '../src/config/index.ts';
import { ChatError } from '../src/errors.ts';
import type { Engine } from './engine.ts';
import { openDownload, sendDownload } from './export-download.ts';
import { readOnMs } from './final-response.ts';
import { type Health, live, ready } from './health.ts';
import { type CallerParts, callOverHttp } from './http-caller.ts';
import type { Logging } from './logger.ts';
import { sendPage } from './page.ts';
import { createPages } from './pages.ts';
import { pathOf, refusalFor, requestIdOf } from './request.ts';
import { createUnderWay } from './under-way.ts';
import { endIfUnread } from './unread.ts';

/** The HTTP side of a node: GraphQL, pages, health. */
export interface Http {
  readonly listener: RequestListener;
  /** Ends all open subscriptions over HTTP in a way that tells clients to come back. Later ones are accepted. */
  cut(): void;
  /**
   * Refuses everything except health checks with 503 from then on, and ends subscriptions over HTTP. Resolves when all accepted requests are
   * answered, downloads too.
   */
  drain(): Promise<void>;
}

/** The parts of the HTTP side. */
export interface HttpParts extends CallerParts {
  readonly engine: Engine;
  readonly logging: Logging;
}

/** Creates the HTTP side. Every response has an `x-request-id`. */
export function createHttp(parts: HttpParts): Http {
  const { chat, config, engine, logging } = parts;
  const underWay = createUnderWay();
  let stopping = false;
  let streams = new AbortController();
  const pages = createPages(config);

  async function answerGraphql(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    await engine(request, response, callOverHttp(parts, { request, response, requestId, cut: streams.signal }));
  }

  async function download(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    try {
      const file = await openDownload(chat, request);
      if (file === null) return false;
      await sendDownload({ request, response }, file);
    } catch (error) {
      // After the headers were sent, breaking off is the only way to report an error.
      if (!(error instanceof ChatError) || error.code !== 'UNAVAILABLE' || response.headersSent) throw error;
      response.writeHead(503, { 'retry-after': '1' }).end();
    }
    return true;
  }

  /** Answers a request that reads a page or a file. Returns false if there is none at the path. */
  async function read(path: string | null, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (!isRead(request)) return false;
    const page = (request.headers.accept?.includes('text/html') ? await pages.at(path) : null) ?? (await pages.demo(path));
    if (page !== null) sendPage(request, response, page);
    else if (path === '/demo' && (await pages.demo('/demo/')) !== null) response.writeHead(308, { location: '/demo/' }).end();
    else if (path?.startsWith('/exports/')) return await download(request, response);
    else return false;
    return true;
  }

  async function answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const path = pathOf(request);
    if (!isServed(config, path)) return void response.writeHead(404).end();
    if (isRead(request) && path === '/health/live') return sendHealth(response, live());
    if (isRead(request) && path === '/health/ready') return sendHealth(response, await ready(chat, stopping));
    if (stopping) return await refuse(config, request, response);
    if (await read(path, request, response)) return;
    if (path === '/graphql' || path === '/graphql/') return await answerGraphql(request, response, requestId);
    response.writeHead(path === null ? 400 : 404).end();
  }

  return {
    listener(request, response) {
      const requestId = requestIdOf(request);
      response.setHeader('x-request-id', requestId);
      underWay.add(response);
      endIfUnread(response, config.slowSocketMs);
      logging.inRequest(requestId, () => {
        logAnswer(logging, request, response);
        answer(request, response, requestId).catch((error: unknown) => {
          logging.logger.error({ err: error }, 'a request failed');
          if (!response.headersSent) response.writeHead(500);
          response.end();
        });
      });
    },
    cut() {
      const ended = streams;
      streams = new AbortController();
      ended.abort(new ChatError('UNAVAILABLE', 'This node was unreachable for too long. Subscribe again with your positions.'));
    },
    async drain() {
      stopping = true;
      streams.abort(new ChatError('UNAVAILABLE', 'This node is shutting down. Subscribe again with your positions.'));
      await underWay.ended();
    },
  };
}

/** Returns whether this node serves a path. A node that is only a worker serves its health alone. */
function isServed({ roles }: Config, path: string | null): boolean {
  return roles.includes('gateway') || path?.startsWith('/health/') === true;
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function logAnswer({ logger }: Logging, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  function log(): void {
    if (!logger.isLevelEnabled('debug')) return;
    const ms = Math.round(performance.now() - started);
    logger.debug({ method: request.method, path: pathOf(request), status: response.statusCode, ms }, 'request answered');
  }
  // Binds the request's async context: when the client closes, the event comes from the connection, which serves other requests too.
  response.once('close', AsyncResource.bind(log));
}

function sendHealth(response: ServerResponse, { status, body }: Health): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

async function refuse(config: Config, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // If the connection were closed before the body is read, it would be reset and the answer lost.
  await finished(request.resume(), { writable: false, signal: AbortSignal.timeout(readOnMs) }).catch(() => undefined);
  const { status, headers } = refusalFor(config, request);
  const error = { message: 'This node is shutting down. Send the request again.', extensions: { code: 'UNAVAILABLE', retryable: true } };
  response
    .writeHead(status, {
      'content-type': 'application/graphql-response+json; charset=utf-8',
      connection: 'close',
      'retry-after': '1',
      ...headers,
    })
    .end(JSON.stringify({ errors: [error] }));
}
