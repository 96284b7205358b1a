import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { type Context, type ExecutionResult, makeServer, type OperationResult, type SubscribePayload } from 'graphql-ws';
import type { Config } from '../src/config/index.ts';
import { ChatError, OverloadError } from '../src/errors.ts';
import { type Call, createCall } from './call.ts';
import { closes, tryAfter } from './close-codes.ts';
import type { Delivery } from './delivery.ts';
import type { Engine } from './engine.ts';
import { asSocketError, type Mask } from './errors.ts';
import type { Logging } from './logger.ts';
import type { Peer } from './peer.ts';
import type { PersistedDocuments } from './persisted.ts';
import { ProtocolSession, type ProtocolSessionParts, type SocketOutput, type SocketProtocol } from './protocol-session.ts';
import type { Sessions } from './sessions.ts';
import { createTimeouts } from './timeouts.ts';

/** The protocol graphql-transport-ws on a node's sockets. */
export interface Protocol {
  /** Starts the protocol on a new socket. */
  open(peer: Peer & SocketOutput): SocketProtocol;
  /** Refuses every new operation from now on, with UNAVAILABLE. */
  drain(): void;
}

/** The parts of the protocol. */
export interface ProtocolParts {
  readonly sessions: Sessions;
  readonly config: Config;
  readonly engine: Engine;
  readonly persisted: PersistedDocuments;
  readonly mask: Mask;
  readonly logging: Logging;
}

type Init = Readonly<Record<string, unknown>> | undefined;
type Enveloped = ReturnType<Engine['getEnveloped']>;
/** graphql-ws passes the arguments that onSubscribe returned to execute and subscribe. They carry the functions to call. */
type Prepared = ExecutionArgs & { readonly rootValue: Pick<Enveloped, 'execute' | 'subscribe'>; readonly contextValue: Call };

// Yoga's message over HTTP. The core's own message would pass for a bug of the server.
const noOperation = new GraphQLError('Could not determine what operation to execute.', { extensions: { code: 'BAD_USER_INPUT' } });
// The result that graphql-ws gets for a subscription that the peer serves. The operation is removed from graphql-ws, so it sends nothing.
const served: ExecutionResult = {};

/** Creates the protocol: graphql-ws' core on top of the engine, so documents have the same parsing, limits and masking as over HTTP. */
export function createProtocol({ sessions, config, engine, persisted, mask, logging }: ProtocolParts): Protocol {
  let draining = false;
  const silent = createTimeouts<Peer>(config.socketInitMs, (peer) => peer.close(closes.noInit));

  function refusal(peer: Peer): ChatError | null {
    if (draining) return new ChatError('UNAVAILABLE', 'This node is shutting down. Connect again.');
    // The count includes the operation that asks.
    const full = peer.operations() > config.maxOperationsPerSocket;
    return full ? new ChatError('RATE_LIMITED', `A socket can have at most ${config.maxOperationsPerSocket} operations at a time.`) : null;
  }

  async function prepare({ extra, connectionParams }: Context<Init, Peer>, id: string, payload: SubscribePayload) {
    const refused = refusal(extra);
    if (refused) return [mask(refused)];
    extra.session?.active();
    const call = callOf(extra, id, payload.extensions?.['traceparent'] ?? connectionParams?.['traceparent']);
    const { parse, validate, execute, subscribe, schema } = engine.getEnveloped(call);
    try {
      const document = parse(persisted.textOf(payload) ?? payload.query);
      const errors = validate(schema, document);
      if (errors.length > 0) return errors.map(mask);
      if (!getOperationAST(document, payload.operationName)) return [noOperation];
      const prepared: Prepared = {
        schema,
        document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        contextValue: call,
        rootValue: { execute, subscribe },
      };
      return prepared;
    } catch (error) {
      return [mask(error)];
    }
  }

  async function run(work: () => OperationResult): Promise<Awaited<OperationResult>> {
    try {
      return await work();
    } catch (error) {
      return { errors: [asSocketError(mask(error))] };
    }
  }

  /**
   * Hands a subscription over to the peer. In graphql-ws it would be awaited in a loop, which costs two KiB for the life of the
   * subscription.
   */
  function handOver({ subscriptions, extra }: Context<Init, Peer>, id: string, delivery: Delivery): ExecutionResult {
    // Completed, or the socket closed, while the subscription was opened.
    if (!(id in subscriptions)) void delivery.stop();
    else {
      delete subscriptions[id];
      extra.serve(id, delivery);
    }
    return served;
  }

  /** Returns the errors that a client gets for an operation that failed. */
  function errorsOf(peer: Peer, id: string, errors: readonly GraphQLError[]) {
    sendAway(peer, id, errors);
    return errors.map((error) => asSocketError(mask(error)).toJSON());
  }

  const core = makeServer<Init, Peer>({
    // graphql-ws would have, and keep, a timer for each socket.
    connectionInitWaitTimeout: 0,
    onConnect(context) {
      const { connectionParams, extra } = context;
      silent.remove(extra);
      // graphql-ws would hold all of them for the life of the socket: the token, and whatever else a client sends, signed in or not.
      Object.assign(context, { connectionParams: neededLater(connectionParams) });
      return admit(sessions, extra, connectionParams?.['authorization'] ?? connectionParams?.['Authorization'] ?? '');
    },
    onPing: ({ extra }, payload) => renew(extra, payload),
    onSubscribe: prepare,
    execute: (args) => run(() => (args as Prepared).rootValue.execute(withoutRoot(args))),
    subscribe: (args) => run(() => (args as Prepared).rootValue.subscribe(withoutRoot(args)) as OperationResult),
    onOperation(context, id, _payload, args) {
      const delivery = (args as Prepared).contextValue.delivered();
      return delivery && handOver(context, id, delivery);
    },
    // The executor adds an HTTP status to some errors. Results without errors, nearly all, pass unchanged.
    onNext: (_context, _id, _payload, _args, result) => (result.errors ? withoutHttp(result) : undefined),
    onError: ({ extra }, id, _payload, errors) => errorsOf(extra, id, errors),
  });
  const speaking: ProtocolSessionParts = { core, silent, logging, errorsOf };

  return {
    open: (peer) => new ProtocolSession(peer, speaking),
    drain() {
      draining = true;
    },
  };

  function callOf(peer: Peer, id: string, traceparent: unknown): Call {
    const requestId = logging.requestId() ?? `${peer.id}.${id}`;
    return createCall({
      traceparent,
      async callerOf({ lasting }) {
        // A subscription is stopped through its delivery.
        const signal = lasting ? peer.signal : peer.whileAwaited(id);
        return { viewer: peer.session?.access ?? null, address: peer.address, requestId, signal };
      },
    });
  }
}

/**
 * Answers connection_init: signs the socket in, or leaves it signed out if there is no token, and resolves to true. Otherwise closes the
 * socket.
 */
async function admit(sessions: Sessions, peer: Peer, authorization: unknown): Promise<boolean> {
  if (authorization === '') return true;
  try {
    if (typeof authorization !== 'string') throw new ChatError('UNAUTHENTICATED', 'authorization must be a text.');
    const session = await sessions.follow(authorization, (end) => peer.endSession(end));
    if (!peer.isOpen()) session.stop();
    else peer.session = session;
    return peer.isOpen();
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    // Expired and revoked tokens look alike here. Clients retry after 4403, and ask for a fresh token first.
    peer.close(error.code === 'UNAUTHENTICATED' ? closes.badToken : closes.tryLater);
    return false;
  }
}

/**
 * Handles a ping with a new access token in its payload, like that of connection_init: the socket then stays open until the new token
 * expires. A token that is not valid changes nothing: the socket closes when the current one expires, and its client reconnects with
 * another.
 */
async function renew({ session }: Peer, payload: Init): Promise<void> {
  const authorization = payload?.['authorization'];
  if (session === null || typeof authorization !== 'string') return;
  try {
    await session.renew(authorization);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
  }
}

// The present version of Trace Context has 55 characters. Later ones may add to them.
const longestTraceparent = 256;

/** Returns the parameters of connection_init that later operations use. */
function neededLater(params: Init): Init {
  const traceparent = params?.['traceparent'];
  return typeof traceparent === 'string' && traceparent.length <= longestTraceparent ? { traceparent } : undefined;
}

/**
 * Closes the socket of a subscription that was refused because the node is overloaded. After an error the client would give up, after a
 * close it reconnects by itself, perhaps to another node. Does not close the socket if another subscription is being served on it.
 */
function sendAway(peer: Peer, id: string, errors: readonly GraphQLError[]): void {
  const refusal = errors.map(({ originalError }) => originalError).find((error) => error instanceof OverloadError);
  if (refusal !== undefined && !peer.serves(id)) peer.close(tryAfter(refusal.retryAfterMs ?? 0));
}

function withoutRoot(args: ExecutionArgs): ExecutionArgs {
  return { ...args, rootValue: undefined };
}

function withoutHttp({ data, errors = [], extensions }: ExecutionResult): FormattedExecutionResult {
  return {
    errors: errors.map((error) => asSocketError(error).toJSON()),
    ...(data !== undefined && { data }),
    ...(extensions !== undefined && { extensions }),
  };
}
