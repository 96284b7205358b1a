import type { DocumentNode, ExecutionArgs, FormattedExecutionResult, GraphQLError } from 'graphql';
import { type Context, type ExecutionResult, type Message, makeServer, type OperationResult, type SubscribePayload } from 'graphql-ws';
import type { Chat } from '../src/chat.ts';
import type { Config } from '../src/config.ts';
import { ChatError, OverloadError } from '../src/errors.ts';
import { followSession } from './auth.ts';
import type { Call } from './call.ts';
import { closes, tryAfter } from './close-codes.ts';
import type { Life } from './delivery.ts';
import type { Engine } from './engine.ts';
import { asSocketError, type Mask } from './errors.ts';
import type { Logging } from './logger.ts';
import type { Peer } from './peer.ts';

/** What speaks graphql-transport-ws on a node's sockets. */
export interface Protocol {
  /** Begins on a new socket. */
  open(peer: Peer, line: Line): Spoken;
  /** From here on every new operation is refused: UNAVAILABLE. */
  drain(): void;
}

/** The way out to a client. */
export interface Line {
  /** What was agreed on in the handshake. */
  readonly protocol: string;
  send(text: string): void;
}

/** The protocol on one socket, as it is told what happens there. */
export interface Spoken {
  /** Takes a message: resolves when it, and the operation that it started, is done with. */
  readonly receive: (message: Message) => Promise<void>;
  readonly closed: (code: number, reason: string) => Promise<void>;
}

/** What the protocol is made of. */
export interface ProtocolParts {
  readonly chat: Chat;
  readonly config: Config;
  readonly engine: Engine;
  readonly mask: Mask;
  readonly logging: Logging;
}

type Init = Readonly<Record<string, unknown>> | undefined;
type Enveloped = ReturnType<Engine['getEnveloped']>;
/** graphql-ws hands the arguments that onSubscribe returned to execute and subscribe: the functions to call travel with them. */
type Prepared = ExecutionArgs & { readonly rootValue: Pick<Enveloped, 'execute' | 'subscribe'>; readonly contextValue: SocketCall };

/** A call that keeps the life of what a subscription delivers: graphql-ws holds on to it, past the wrappings of the engine. */
interface SocketCall extends Call {
  delivered(): Life | undefined;
}

/** Makes the protocol: graphql-ws' core, with the engine behind it, so that every document meets the same parsing, limits and masking as over HTTP. */
export function createProtocol({ chat, config, engine, mask, logging }: ProtocolParts): Protocol {
  let draining = false;

  function refusal({ subscriptions }: Context<Init, Peer>): ChatError | null {
    if (draining) return new ChatError('UNAVAILABLE', 'This node stops: connect again.');
    // The one that asks is among them already.
    const full = Object.keys(subscriptions).length > config.maxOperationsPerSocket;
    return full ? new ChatError('RATE_LIMITED', `At most ${config.maxOperationsPerSocket} operations at a time on one socket.`) : null;
  }

  async function prepare(context: Context<Init, Peer>, id: string, payload: SubscribePayload) {
    const refused = refusal(context);
    if (refused) return [mask(refused)];
    context.extra.session?.active();
    const call = callOf(context.extra, id);
    const { parse, validate, execute, subscribe, schema } = engine.getEnveloped(call);
    try {
      const document = parse(payload.query);
      const errors = validate(schema, document);
      if (errors.length > 0) return errors.map(mask);
      const prepared: Prepared = {
        schema,
        document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        contextValue: call,
        rootValue: { execute, subscribe },
      };
      lighten(payload, document);
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

  async function begin(prepared: Prepared): Promise<Awaited<OperationResult>> {
    const { rootValue, contextValue } = prepared;
    const result = await (rootValue.subscribe(withoutRoot(prepared)) as OperationResult);
    forget(prepared);
    return contextValue.delivered() ?? result;
  }

  const server = makeServer<Init, Peer>({
    connectionInitWaitTimeout: config.socketInitMs,
    onConnect: ({ connectionParams, extra }) => admit(chat, extra, connectionParams),
    onSubscribe: prepare,
    execute: (args) => run(() => (args as Prepared).rootValue.execute(withoutRoot(args))),
    subscribe: (args) => run(() => begin(args as Prepared)),
    onOperation({ extra }, id, _payload, _args, result) {
      if (Symbol.asyncIterator in Object(result)) extra.markLasting(id);
    },
    // The executor marks some errors with an HTTP status. Results without errors, all but a few, pass as they are.
    onNext: (_context, _id, _payload, _args, result) => (result.errors ? withoutHttp(result) : undefined),
    onError(context, id, _payload, errors) {
      sendAway(context, id, errors);
      return errors.map((error) => asSocketError(mask(error)).toJSON());
    },
  });

  return {
    open(peer, line) {
      let receive: (text: string) => Promise<void> = async () => {};
      const closed = server.opened(
        {
          protocol: line.protocol,
          send: async (text) => line.send(text),
          close: (code = closes.bug.code, reason = closes.bug.reason) => peer.close({ code, reason }),
          onMessage(take) {
            receive = take;
          },
        },
        peer,
      );
      let count = 0;
      return {
        // Its parser takes a message that has been parsed as it is.
        receive: (message) => logging.inRequest(`${peer.id}.${++count}`, () => receive(message as unknown as string)),
        closed,
      };
    },
    drain() {
      draining = true;
    },
  };

  function callOf(peer: Peer, id: string): SocketCall {
    let life: Life | undefined;
    const requestId = logging.requestId() ?? `${peer.id}.${id}`;
    return {
      callerOf: async () => ({ viewer: peer.session?.access ?? null, address: peer.address, requestId, signal: peer.signal }),
      deliver(delivery) {
        peer.deliver(id, delivery);
        life = delivery.life;
      },
      delivered: () => life,
    };
  }
}

/** Answers connection_init: true signs the socket in, or leaves it signed out where no token came. Closes the socket itself otherwise. */
async function admit(chat: Chat, peer: Peer, params: Init): Promise<boolean> {
  const authorization = params?.['authorization'] ?? params?.['Authorization'] ?? '';
  if (authorization === '') return true;
  try {
    const session = await followSession(chat, String(authorization), (end) => peer.endSession(end));
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

/** graphql-ws keeps what connection_init brought as long as the socket lives. */
function forgetToken(params: Init): void {
  for (const name of ['authorization', 'Authorization']) if (params && name in params) Object.assign(params, { [name]: '' });
}

/**
 * Closes the socket of a subscription that was refused because there is too much to do: an error would end it for good, and its client comes
 * back by itself, perhaps to another node, after a close. Not where that would cut off another subscription that is being served.
 */
function sendAway({ subscriptions, extra }: Context<Init, Peer>, id: string, errors: readonly GraphQLError[]): void {
  const refusal = errors.map(({ originalError }) => originalError).find((error) => error instanceof OverloadError);
  if (refusal === undefined) return;
  const served = Object.entries(subscriptions).some(([other, life]) => other !== id && isLife(life) && life.hasBegun());
  if (!served) extra.close(tryAfter(refusal.retryAfterMs ?? 0));
}

function isLife(operation: unknown): operation is Life {
  return 'hasBegun' in Object(operation);
}

/** graphql-ws keeps a subscription's message as long as it lives: of one text that thousands send, one copy stays, and no positions. */
function lighten(payload: { query: string; variables?: unknown }, document: DocumentNode): void {
  payload.query = document.loc?.source.body ?? payload.query;
  payload.variables = undefined;
}

/** And its arguments, of which it needs none any more. */
function forget(prepared: Prepared): void {
  Object.assign(prepared, { document: undefined, variableValues: undefined, contextValue: undefined, rootValue: undefined });
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
