import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Chat } from '../src/chat.ts';
import type { Config } from '../src/config.ts';
import { ChatError } from '../src/errors.ts';
import { authenticate, followSession, type SessionEnd, sessionOver } from './auth.ts';
import type { Caller, Engine } from './engine.ts';
import { type Health, live, ready } from './health.ts';
import type { Logging } from './logger.ts';
import { sendPage } from './page.ts';
import { createPages } from './pages.ts';
import { addressOf, pathOf, requestIdOf } from './request.ts';

/** The HTTP side of a node: GraphQL, its pages, its health. */
export interface Http {
  readonly listener: RequestListener;
  /** From here on GraphQL is refused with 503 and subscriptions over HTTP end; resolves when all that was accepted has been answered. */
  drain(): Promise<void>;
}

/** What the HTTP side is made of. */
export interface HttpParts {
  readonly chat: Chat;
  readonly config: Config;
  readonly engine: Engine;
  readonly logging: Logging;
}

/** Makes the HTTP side. Every response carries `x-request-id`. */
export function createHttp({ chat, config, engine, logging }: HttpParts): Http {
  const answering = new Set<ServerResponse>();
  const idle = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const pages = createPages(config);

  function callOf(request: IncomingMessage, response: ServerResponse, requestId: string) {
    const address = addressOf(config, request);
    const { authorization } = request.headers;
    return {
      async callerOf({ lasting }: { readonly lasting: boolean }): Promise<Caller> {
        if (lasting) return { ...(await follow(authorization, response)), address, requestId };
        // A query or mutation that was accepted is finished, whatever becomes of the session meanwhile.
        const viewer = await authenticate(chat, authorization);
        return { viewer, address, requestId, signal: new AbortController().signal };
      },
    };
  }

  async function follow(authorization: string | undefined, response: ServerResponse): Promise<Pick<Caller, 'viewer' | 'signal'>> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, stopping.signal]);
    if (!authorization) return { viewer: null, signal };
    const session = await followSession(chat, authorization, (end: SessionEnd) => over.abort(sessionOver(end)));
    if (response.closed) session.stop();
    else response.once('close', () => session.stop());
    return { viewer: session.access, signal };
  }

  async function answerGraphql(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    if (stopping.signal.aborted) return refuse(response);
    answering.add(response);
    response.once('close', () => {
      answering.delete(response);
      if (stopping.signal.aborted && answering.size === 0) idle.resolve();
    });
    await engine(request, response, callOf(request, response, requestId));
  }

  async function route(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const path = pathOf(request);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const page = reads && request.headers.accept?.includes('text/html') ? await pages.at(path) : null;
    if (page !== null) return sendPage(request, response, page);
    if (reads && path === '/health/live') return sendHealth(response, live());
    if (reads && path === '/health/ready') return sendHealth(response, await ready(chat, stopping.signal.aborted));
    if (path === '/graphql' || path === '/graphql/') return answerGraphql(request, response, requestId);
    response.writeHead(path === null ? 400 : 404).end();
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    logging.inRequest(requestId, () => {
      const started = performance.now();
      response.once('close', () => {
        const ms = Math.round(performance.now() - started);
        logging.logger.debug({ method: request.method, path: pathOf(request), status: response.statusCode, ms }, 'answered');
      });
      route(request, response, requestId).catch((error: unknown) => {
        logging.logger.error({ err: error }, 'a request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  return {
    listener: answer,
    async drain() {
      if (answering.size === 0) idle.resolve();
      stopping.abort(new ChatError('UNAVAILABLE', 'This node stops: subscribe again with your positions.'));
      await idle.promise;
    },
  };
}

function sendHealth(response: ServerResponse, { status, body }: Health): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse): void {
  const error = { message: 'This node stops: send it again.', extensions: { code: 'UNAVAILABLE', retryable: true } };
  response
    .writeHead(503, { 'content-type': 'application/graphql-response+json; charset=utf-8', connection: 'close', 'retry-after': '1' })
    .end(JSON.stringify({ errors: [error] }));
}
