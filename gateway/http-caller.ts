import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Chat } from '../src/chat.ts';
import type { Config } from '../src/config/index.ts';
import { ChatError } from '../src/errors.ts';
import { authenticate } from './auth.ts';
import { type Call, type Caller, createCall } from './call.ts';
import { addressOf } from './request.ts';
import { type Sessions, sessionOver } from './sessions.ts';

/** One GraphQL request over HTTP. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Aborts when the node ends its subscriptions. Its reason is the error for them. */
  readonly cut: AbortSignal;
}

/** The parts needed to determine the caller. */
export interface CallerParts {
  readonly chat: Chat;
  readonly config: Config;
  readonly sessions: Sessions;
}

/**
 * Creates the call of a request. It determines the caller: once for a query or mutation. For a subscription, its session is followed until
 * the response is closed.
 */
export function callOverHttp({ chat, config, sessions }: CallerParts, { request, response, requestId, cut }: HttpExchange): Call {
  const address = addressOf(config, request);
  const { authorization, traceparent } = request.headers;
  return createCall({
    traceparent,
    async callerOf({ lasting, signingIn }): Promise<Caller> {
      if (lasting) return { ...(await follow(sessions, authorization, response, cut)), address, requestId };
      // An accepted query or mutation is finished even if the session ends. The signal lets costly reads stop when the client has gone.
      const viewer = signingIn ? null : await authenticate(chat, authorization);
      if (viewer !== null) chat.presence.active(viewer);
      return { viewer, address, requestId, signal: whileAwaited(response) };
    },
  });
}

/** Returns a signal that aborts when the client leaves before the answer. */
function whileAwaited(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const close = () => {
    if (!response.writableFinished) gone.abort(new ChatError('UNAVAILABLE', 'The client closed the request.'));
  };
  if (response.closed) close();
  else response.once('close', close);
  return gone.signal;
}

async function follow(
  sessions: Sessions,
  authorization: string | undefined,
  response: ServerResponse,
  cut: AbortSignal,
): Promise<Pick<Caller, 'viewer' | 'signal'>> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, cut]);
  if (!authorization) return { viewer: null, signal };
  const session = await sessions.follow(authorization, (end) => over.abort(sessionOver(end)));
  if (response.closed) session.stop();
  else response.once('close', () => session.stop());
  return { viewer: session.access, signal };
}
