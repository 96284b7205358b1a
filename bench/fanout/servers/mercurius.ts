// mercurius with its in-process emitter, its cheapest way: one Redis connection receives the events and publishes them to the emitter.
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { mercurius, type PubSub } from 'mercurius';
import { announce } from '../../support/announce.ts';
import { channel, redisUrl } from './serve.ts';
import { typeDefs } from './words.ts';

const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  resolvers: {
    Query: { hello: () => 'world' },
    Subscription: {
      messageSent: { subscribe: (_root: unknown, _args: unknown, { pubsub }: { readonly pubsub: PubSub }) => pubsub.subscribe(channel) },
    },
  },
  subscription: { fullWsTransport: false, wsOptions: { perMessageDeflate: false } } as object,
});
await app.listen({ port: 0, host: '127.0.0.1' });
const redis = new Redis(redisUrl);
await redis.subscribe(channel);
redis.on('message', (_topic, message) => {
  app.graphql.pubsub.publish({ topic: channel, payload: { messageSent: JSON.parse(message) } });
});
announce((app.server.address() as { readonly port: number }).port);
