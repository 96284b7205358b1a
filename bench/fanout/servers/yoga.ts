// graphql-yoga with graphql-ws and graphql-redis-subscriptions, wired as on Yoga's page on subscriptions.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { createSchema, createYoga } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { announce } from '../../support/announce.ts';
import { serveYogaSockets } from '../../support/yoga-sockets.ts';
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
serveYogaSockets(yoga, server);
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
