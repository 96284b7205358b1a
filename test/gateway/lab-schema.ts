import { buildSchema, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Caller } from '../../gateway/call.ts';
import { ChatError } from '../../src/errors.ts';
import type { Gates } from './gates.ts';
import { readAhead } from './read-ahead.ts';

type MaybePromise<T> = T | Promise<T>;
type Resolve<A = unknown> = GraphQLFieldResolver<unknown, Caller, A>;

/** A schema whose fields do what a transport must handle: wait, fail in every way, never end. */
export function labSchema(gates: Gates): GraphQLSchema {
  const schema = buildSchema(`
    type Query {
      hello: String!
      requestId: String!
      address: String!
      viewerId: String
      bug: String
      bareError: String
      nullAgainstTheSchema: String!
      unavailable: String
      signedOut: String
      limited: String
      number(n: Int! = 5): Int
      self: Query!
      wait(gate: String!): String!
      whileAwaited(gate: String!): String
    }
    type Mutation { act: String! }
    type Subscription {
      count(to: Int!): Int!
      endless: Int!
      late(gate: String!): Int!
      refusedAfterOne: Int!
      bugAfterOne: Int!
      refusedAtOnce: Int!
    }
  `);
  function resolve<A>(type: 'Query' | 'Mutation', field: string, resolver: Resolve<A>): void {
    Object.assign(fieldOf(schema, type, field), { resolve: resolver });
  }
  resolve('Query', 'hello', () => 'world');
  resolve('Query', 'requestId', (_source, _args, { requestId }) => requestId);
  resolve('Query', 'address', (_source, _args, { address }) => address);
  resolve('Query', 'viewerId', (_source, _args, { viewer }) => viewer && String(viewer.userId));
  resolve('Query', 'bug', () => {
    throw new Error('the secret of the bug');
  });
  resolve('Query', 'bareError', () => {
    throw new GraphQLError('the secret of the bare error');
  });
  resolve('Query', 'nullAgainstTheSchema', () => null);
  resolve('Query', 'unavailable', () => {
    throw new ChatError('UNAVAILABLE', 'Try again.', { cause: new Error('the secret cause') });
  });
  resolve('Query', 'signedOut', () => {
    throw new ChatError('UNAUTHENTICATED', 'Sign in first.');
  });
  resolve('Query', 'limited', () => {
    throw new ChatError('RATE_LIMITED', 'Too fast.', { retryAfterMs: 1_500 });
  });
  resolve<{ n: number }>('Query', 'number', (_source, { n }) => n);
  resolve('Query', 'self', () => ({}));
  resolve<{ gate: string }>('Query', 'wait', async (_source, { gate }) => {
    await gates.pass(gate);
    return gate;
  });
  resolve<{ gate: string }>('Query', 'whileAwaited', async (_source, { gate }, { signal }) => {
    if (signal.aborted) gates.open(gate);
    signal.addEventListener('abort', () => gates.open(gate));
    await gates.pass(gate);
    throw signal.reason;
  });
  resolve('Mutation', 'act', () => 'done');
  subscribe(schema, gates);
  return schema;
}

function subscribe(schema: GraphQLSchema, gates: Gates): void {
  function stream<A>(field: string, source: (...given: Parameters<Resolve<A>>) => MaybePromise<AsyncIterable<number>>): void {
    const subscribe: Resolve<A> = async (...given) => readAhead(await source(...given));
    Object.assign(fieldOf(schema, 'Subscription', field), { subscribe, resolve: (value: number) => value });
  }
  stream<{ to: number }>('count', async function* (_source, { to }) {
    for (let n = 1; n <= to; n += 1) yield n;
  });
  stream('endless', (_source, _args, { signal }) => endless(signal, gates));
  stream<{ gate: string }>('late', async (_source, { gate }, { signal }) => {
    await gates.pass(gate);
    return endless(signal, gates);
  });
  stream('refusedAfterOne', async function* () {
    yield 1;
    throw new ChatError('NOT_FOUND', 'No longer yours.');
  });
  stream('bugAfterOne', async function* () {
    yield 1;
    throw new Error('the secret of the stream');
  });
  stream('refusedAtOnce', () => {
    throw new ChatError('UNAUTHENTICATED', 'Sign in first.');
  });
}

/** Yields 1 and then nothing, until it is returned or the signal aborts. Opens the gate `endless returned` when it is returned. */
function endless(signal: AbortSignal, gates: Gates): AsyncIterableIterator<number> {
  const end = Promise.withResolvers<IteratorResult<number>>();
  signal.addEventListener('abort', () => end.reject(signal.reason));
  end.promise.catch(() => undefined);
  let first = true;
  return {
    async next() {
      if (!first) return await end.promise;
      first = false;
      return { done: false, value: 1 };
    },
    async return() {
      gates.open('endless returned');
      end.resolve({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function fieldOf(schema: GraphQLSchema, type: 'Query' | 'Mutation' | 'Subscription', field: string): object {
  const root = { Query: schema.getQueryType(), Mutation: schema.getMutationType(), Subscription: schema.getSubscriptionType() }[type];
  const found = root?.getFields()[field];
  if (!found) throw new Error(`the schema has no ${type}.${field}`);
  return found;
}
