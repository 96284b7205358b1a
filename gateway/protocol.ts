import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { type Context, type ExecutionResult, makeServer, type OperationResult, type SubscribePayload } from 'graphql-ws';
import type { Config } from '../src/config.ts';
import { ChatError, OverloadError } from '../src/errors.ts';
import type { Call } from './call.ts';
import { closes, tryAfter } from './close-codes.ts';
import type { Delivery } from './delivery.ts';
import type { Engine } from './engine.ts';
import { asSocketError, type Mask } from './errors.ts';
import type { Logging } from './logger.ts';
import { createPatience } from './patience.ts';
import type { Peer } from './peer.ts';
import type { PersistedDocuments } from './persisted.ts';
import type { Sessions } from './sessions.ts';
import { type Line, Speech, type SpeechParts, type Spoken } from './speech.ts';

/** What speaks graphql-transport-ws on a node's sockets. */
export interface Protocol {
  /** Begins on a new socket. */
  open(peer: Peer & Line): Spoken;
  /** From here on every new operation is refused: UNAVAILABLE. */
  drain(): void;
}

/** What the protocol is made of. */
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
/** graphql-ws hands the arguments that onSubscribe returned to execute and subscribe: the functions to call travel with them. */
type Prepared = ExecutionArgs & { readonly rootValue: Pick<Enveloped, 'execute' | 'subscribe'>; readonly contextValue: SocketCall };

/** A call that keeps what a subscription delivers, for the peer to serve. */
interface SocketCall extends Call {
  delivered(): Delivery | undefined;
}

// As Yoga says it over HTTP. The core's own would be taken for a mistake of ours.
const noOperation = new GraphQLError('Could not determine what operation to execute.', { extensions: { code: 'BAD_USER_INPUT' } });
// What graphql-ws is given in place of a subscription that the peer serves. It is told that the operation has ended, so that it sends nothing.
const served: ExecutionResult = {};

/** Makes the protocol: graphql-ws' core, with the engine behind it, so that every document meets the same parsing, limits and masking as over HTTP. */
export function createProtocol({ sessions, config, engine, persisted, mask, logging }: ProtocolParts): Protocol {
  let draining = false;
  const silent = createPatience<Peer>(config.socketInitMs, (peer) => peer.close(closes.noInit));

  function refusal(peer: Peer): ChatError | null {
    if (draining) return new ChatError('UNAVAILABLE', 'This node is shutting down. Connect again.');
    // The one that asks is among them already.
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

  /** Hands a subscription over: graphql-ws would wait for it in a loop of its own, which with all that it holds took two KiB as long as it lasts. */
  function handOver({ subscriptions, extra }: Context<Init, Peer>, id: string, delivery: Delivery): ExecutionResult {
    // Completed, or the socket closed, while it was being opened.
    if (!(id in subscriptions)) void delivery.stop();
    else {
      delete subscriptions[id];
      extra.serve(id, delivery);
    }
    return served;
  }

  /** What a client is told of an operation that failed. */
  function errorsOf(peer: Peer, id: string, errors: readonly GraphQLError[]) {
    sendAway(peer, id, errors);
    return errors.map((error) => asSocketError(mask(error)).toJSON());
  }

  const core = makeServer<Init, Peer>({
    // It would have a timer for each socket, and keep it.
    connectionInitWaitTimeout: 0,
    onConnect({ connectionParams, extra }) {
      silent.remove(extra);
      return admit(sessions, extra, connectionParams);
    },
    onPing: ({ extra }, payload) => renew(extra, payload),
    onSubscribe: prepare,
    execute: (args) => run(() => (args as Prepared).rootValue.execute(withoutRoot(args))),
    subscribe: (args) => run(() => (args as Prepared).rootValue.subscribe(withoutRoot(args)) as OperationResult),
    onOperation(context, id, _payload, args) {
      const delivery = (args as Prepared).contextValue.delivered();
      return delivery && handOver(context, id, delivery);
    },
    // The executor marks some errors with an HTTP status. Results without errors, all but a few, pass as they are.
    onNext: (_context, _id, _payload, _args, result) => (result.errors ? withoutHttp(result) : undefined),
    onError: ({ extra }, id, _payload, errors) => errorsOf(extra, id, errors),
  });
  const speaking: SpeechParts = { core, silent, logging, errorsOf };

  return {
    open: (peer) => new Speech(peer, speaking),
    drain() {
      draining = true;
    },
  };

  function callOf(peer: Peer, id: string, traceparent: unknown): SocketCall {
    let delivered: Delivery | undefined;
    const requestId = logging.requestId() ?? `${peer.id}.${id}`;
    return {
      traceparent,
      async callerOf({ lasting }) {
        // A subscription is stopped by what delivers it.
        const signal = lasting ? peer.signal : peer.whileAwaited(id);
        return { viewer: peer.session?.access ?? null, address: peer.address, requestId, signal };
      },
      deliver(delivery) {
        delivered = delivery;
      },
      delivered: () => delivered,
    };
  }
}

/** Answers connection_init: true signs the socket in, or leaves it signed out where no token came. Closes the socket itself otherwise. */
async function admit(sessions: Sessions, peer: Peer, params: Init): Promise<boolean> {
  const authorization = params?.['authorization'] ?? params?.['Authorization'] ?? '';
  if (authorization === '') return true;
  try {
    const session = await sessions.follow(String(authorization), (end) => peer.endSession(end));
    forgetToken(params);
    if (!peer.isOpen()) session.stop();
    else peer.session = session;
    return peer.isOpen();
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    // Expired and revoked look alike here. 4403 is what clients retry, and they ask for a fresh token before they do.
    peer.close(error.code === 'UNAUTHENTICATED' ? closes.badToken : closes.tryLater);
    return false;
  }
}

/**
 * A ping may bring the next access token along, as connection_init brings the first: the socket then stays open until that expires. What is not good for it changes nothing: the
 * socket closes when the one that it has expires, and its client comes back with another.
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

/** graphql-ws keeps what connection_init brought as long as the socket lives. */
function forgetToken(params: Init): void {
  for (const name of ['authorization', 'Authorization']) if (params && name in params) Object.assign(params, { [name]: '' });
}

/**
 * Closes the socket of a subscription that was refused because there is too much to do: an error would end it for good, and its client comes
 * back by itself, perhaps to another node, after a close. Not where that would cut off another subscription that is being served.
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
