// The documented way to build a chat in GraphQL: graphql-yoga and graphql-ws as Yoga's page on subscriptions wires them, Prisma on MariaDB,
// and graphql-redis-subscriptions between servers.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { createYoga } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { announce } from '../../support/announce.ts';
import { serveYogaSockets } from '../../support/yoga-sockets.ts';
import { createRecipeSchema } from '../recipe/schema.ts';
import { openRecipeDatabase } from '../recipe/send.ts';
import { createRecipeTokens, type RecipeUser } from '../recipe/token.ts';

const { DATABASE_URL = '', REDIS_URL = '', CONNECTIONS = '', SECRET = '' } = process.env;
const { verify } = createRecipeTokens(SECRET);
const pubsub = new RedisPubSub({ publisher: new Redis(REDIS_URL), subscriber: new Redis(REDIS_URL) });
/** The user of each socket: verified once, when the socket opens. */
const onSocket = new WeakMap<object, RecipeUser>();

async function userOf(authorization: unknown): Promise<RecipeUser> {
  return verify(String(authorization).replace('Bearer ', ''));
}

const yoga = createYoga<{ readonly socket?: object }>({
  schema: createRecipeSchema(openRecipeDatabase(DATABASE_URL, Number(CONNECTIONS)), pubsub),
  context: async ({ request, socket }) => ({
    user: (socket && onSocket.get(socket)) ?? (await userOf(request.headers.get('authorization'))),
  }),
  logging: false,
  graphiql: false,
});
const server = createServer(yoga);
serveYogaSockets(yoga, server, async ({ connectionParams, extra }) => {
  onSocket.set(extra.socket, await userOf(connectionParams?.['authorization']));
});
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
