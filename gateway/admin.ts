import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chat } from '../src/chat.ts';
import type { Config } from '../src/config/index.ts';
import { ChatError } from '../src/errors.ts';
import { adminPath, createAdminEngine } from './admin-engine.ts';
import { auditPath, sendAudit } from './audit-download.ts';
import { authenticateAdmin } from './auth.ts';
import type { Mask } from './errors.ts';
import { inTurn } from './in-turn.ts';
import { kept } from './kept.ts';
import { addressAt, listen } from './listen.ts';
import type { Logging } from './logger.ts';
import { answerMalformed } from './malformed.ts';
import type { Metrics } from './metrics.ts';
import { metricsPath, sendMetrics } from './metrics-download.ts';
import { createPage, sendPage } from './page.ts';
import { adminGraphiqlHtml } from './pages.ts';
import { addressOf, pathOf, requestIdOf } from './request.ts';
import { createUnderWay } from './under-way.ts';
import { endIfUnread } from './unread.ts';

/** The operators' port of a node. Disposing it closes the port. Requests that are not answered within two seconds are cut off. */
export interface Admin extends AsyncDisposable {
  /** The URL of the operators' schema, for example `http://127.0.0.1:4001/admin/graphql`. Null if it is off. */
  readonly url: string | null;
  /** Resolves when the requests that are accepted by now are answered, downloads too. Others are accepted meanwhile. */
  finish(): Promise<void>;
}

/** The parts of the operators' port. */
export interface AdminParts {
  readonly chat: Chat;
  readonly config: Config;
  readonly mask: Mask;
  readonly logging: Logging;
  readonly metrics: Metrics;
  /** The public port. */
  readonly port: number;
}

/** Starts serving the operators' schema, if it is configured. Throws ConfigError if it cannot listen. */
export async function openAdmin(parts: AdminParts): Promise<Admin> {
  const port = portOf(parts.config, parts.port);
  if (port === null) return { url: null, finish: async () => {}, [Symbol.asyncDispose]: async () => {} };
  const { adminHost: host } = parts.config;
  const answer = createAnswer(parts);
  const underWay = createUnderWay();
  const server = createServer(
    inTurn((request, response) => {
      underWay.add(response);
      endIfUnread(response, parts.config.slowSocketMs);
      const requestId = requestIdOf(request);
      response.setHeader('x-request-id', requestId);
      parts.logging.inRequest(requestId, () => {
        answer(request, response).catch((error: unknown) => {
          parts.logging.logger.error({ err: error }, 'a request failed');
          // A response that is cut off must not look complete.
          if (response.headersSent) return void response.destroy();
          response.writeHead(500).end();
        });
      });
    }),
  );
  answerMalformed(server);
  const address = await listen(server, { host, port, variables: 'ADMIN_' });
  return {
    url: `${addressAt(host, address.port)}${adminPath}`,
    finish: underWay.ended,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeIdleConnections();
      // The request that makes this node stop is answered too: the audit has its entry by then.
      const late = new AbortController();
      await Promise.race([underWay.ended(), delay(answerMs, undefined, { signal: late.signal }).catch(() => undefined)]);
      late.abort();
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

// An answer takes two commits.
const answerMs = 2_000;

// A second node on the same machine usually gets the next public port.
const portsApart = 100;

/** Returns the port to listen on. Null if it is off. */
function portOf({ port, adminPort }: Config, listening: number): number | null {
  if (adminPort === 'off') return null;
  if (adminPort !== '') return Number(adminPort);
  return port === 0 || listening > 65_535 - portsApart ? 0 : listening + portsApart;
}

function createAnswer({
  chat,
  config,
  mask,
  logging,
  metrics,
}: AdminParts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const engine = createAdminEngine({ config, mask });
  // Systems with several nodes have tools of their own. The page is for trying out one node.
  const graphiql = config.graphiql && config.databaseUrl === '';
  const page = kept(async () => createPage(await adminGraphiqlHtml(adminPath)));

  return async (request, response) => {
    const path = pathOf(request);
    if (path === metricsPath) return await sendMetrics(metrics, config, { request, response });
    if (path !== adminPath && path !== auditPath) return void response.writeHead(path === null ? 400 : 404).end();
    if (path === adminPath && graphiql && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      return sendPage(request, response, await page());
    }
    try {
      // Checked before the document is validated, because validation errors reveal the schema.
      const viewer = await authenticateAdmin(chat, request.headers.authorization);
      if (path === auditPath) await sendAudit(chat.audit, request, response);
      else await engine(request, response, { chat, viewer, origin: addressOf(config, request), note: () => undefined });
    } catch (error) {
      if (!(error instanceof ChatError) || response.headersSent) throw error;
      if (error.code === 'FORBIDDEN')
        logging.logger.warn({ address: addressOf(config, request), path }, 'a request to the operators’ port was refused');
      refuse(response, mask(error));
    }
  };
}

const statuses: Readonly<Record<string, number>> = { BAD_USER_INPUT: 400, UNAUTHENTICATED: 401, FORBIDDEN: 403, UNAVAILABLE: 503 };

function refuse(response: ServerResponse, error: ReturnType<Mask>): void {
  const { message, extensions } = error;
  const { code } = extensions;
  const headers = {
    'content-type': 'application/graphql-response+json; charset=utf-8',
    // The request body is not read.
    connection: 'close',
    ...(code === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer' }),
  };
  response.writeHead(statuses[String(code)] ?? 500, headers).end(JSON.stringify({ errors: [{ message, extensions }] }));
}
