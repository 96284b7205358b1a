// graphql-yoga with graphql-ws and graphql-redis-subscriptions, as Yoga's page on subscriptions wires them
// (https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions, "GraphQL over WebSocket").
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionResult } from 'graphql';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';
import { announce } from '../../support/announce.ts';
import { channel, redisUrl } from './serve.ts';
import { typeDefs } from './words.ts';

const pubsub = new RedisPubSub({ publisher: new Redis(redisUrl), subscriber: new Redis(redisUrl) });
const schema = createSchema({
  typeDefs,
  resolvers: {
    Query: { hello: () => 'world' },
    Subscription: { messageSent: { subscribe: () => pubsub.asyncIterableIterator(channel), resolve: (event: unknown) => event } },
  },
});
const yoga = createYoga({ schema, logging: false, graphiql: false });
const server = createServer(yoga);
const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint, perMessageDeflate: false });

interface Prepared {
  readonly rootValue: { execute(args: unknown): ExecutionResult; subscribe(args: unknown): AsyncIterable<ExecutionResult> };
}

useServer(
  {
    execute: (args: unknown) => (args as Prepared).rootValue.execute(args),
    subscribe: (args: unknown) => (args as Prepared).rootValue.subscribe(args),
    async onSubscribe(context, _id, params) {
      const {
        schema: served,
        execute,
        subscribe,
        contextFactory,
        parse,
        validate,
      } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      });
      const document = parse(params.query);
      const errors = validate(served, document);
      if (errors.length > 0) return errors;
      return {
        schema: served,
        operationName: params.operationName,
        document,
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
    },
  },
  sockets,
);
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
