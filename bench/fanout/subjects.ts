import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import pino from 'pino';
import { Server as SocketIo } from 'socket.io';
import { readConfig } from '../../src/config/index.ts';
import { streamTopic } from '../../src/log/index.ts';
import { openChat } from '../../src/open.ts';
import { clientDocument, peerDocument } from '../support/documents.ts';
import { makeRooms, tokensFor } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import type { LoadPlan } from './messages.ts';
import { channel } from './servers/serve.ts';
import type { Subject } from './subject.ts';

/** The run's own MariaDB and Redis. `storeRedisUrl` is another Redis, to which no server listens. */
export interface Places {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly storeRedisUrl: string;
}

/** A kind of server, and the protocol of its subscribers. */
export interface Kind {
  readonly name: string;
  start(places: Places, subscribers: number): Promise<Subject & { readonly plan: Omit<LoadPlan, 'port' | 'subscribers' | 'pilots'> }>;
}

const graphql = {
  dialect: 'graphql-ws',
  path: '/graphql',
  head: '{"id":"ID","type":"next","payload":',
  document: peerDocument,
} as const;
const socketIo = { dialect: 'socket.io', path: '/socket.io/?EIO=4&transport=websocket', head: '42["message",', document: '' } as const;
const key = { id: 'bench', secret: randomBytes(32).toString('base64url') };

/** All servers that are compared, in the order of the table. */
export const kinds: readonly Kind[] = [
  { name: 'mpim', start: startMpim },
  peer('yoga', 'yoga.ts', graphql),
  peer('mercurius', 'mercurius.ts', { ...graphql, head: '{"type":"next","id":"ID","payload":' }),
  peer('socket.io', 'socket-io.ts', socketIo),
  { name: 'socket.io+redis', start: startAdapted },
  peer('raw ws', 'raw.ts', { ...graphql, head: '{"id":"000000","type":"next","payload":' }),
];

/** The message that all of them deliver, with ids and times as long as MPIM's. */
function message(text: string, seq: number): object {
  const user = { id: 'VXNlcjox', handle: 'owner1234567890', displayName: 'Olive Owner', avatarUrl: null };
  const node = {
    id: 'TWVzc2FnZToyOjI',
    text,
    sentAt: new Date().toISOString(),
    clientMessageId: randomBytes(8).toString('hex'),
    conversation: { id: 'Q29udmVyc2F0aW9uOjI' },
    sender: user,
  };
  return { __typename: 'MessageSent', streamId: 'Q29udmVyc2F0aW9uOjI', seq, messageEdge: { node } };
}

function peer(name: string, file: string, plan: Omit<LoadPlan, 'port' | 'subscribers' | 'pilots'>): Kind {
  return {
    name,
    async start({ redisUrl }) {
      const server = await startServer(new URL(`servers/${file}`, import.meta.url), { REDIS_URL: redisUrl });
      const redis = new Redis(redisUrl);
      let seq = 0;
      return {
        server,
        plan,
        async prepare(texts) {
          const events = texts.map((text) => JSON.stringify(message(text, ++seq)));
          return async () => {
            const pipeline = redis.pipeline();
            for (const event of events) pipeline.publish(channel, event);
            await pipeline.exec();
          };
        },
        async [Symbol.asyncDispose]() {
          redis.disconnect();
          await server[Symbol.asyncDispose]();
        },
      };
    },
  };
}

async function startAdapted({ redisUrl }: Places) {
  const server = await startServer(new URL('servers/socket-io.ts', import.meta.url), { REDIS_URL: redisUrl, ADAPTER: 'redis' });
  const clients = [new Redis(redisUrl), new Redis(redisUrl)];
  const io = new SocketIo({ adapter: createAdapter(...(clients as [Redis, Redis])) });
  let seq = 0;
  return {
    server,
    plan: socketIo,
    async prepare(texts: readonly string[]) {
      const events = texts.map((text) => message(text, ++seq));
      return async () => {
        for (const event of events) io.to('room').emit('message', event);
      };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

/**
 * A node that receives hints for messages that another node has stored. The other node is a chat in this process that publishes in a Redis
 * of its own, from where its hints are passed on by `publish`. So the cost of sending is not measured, and a burst is a burst for all
 * servers alike.
 */
async function startMpim({ databaseUrl, redisUrl, storeRedisUrl }: Places, subscribers: number) {
  const common = {
    DATABASE_URL: databaseUrl,
    SECRET_KEYS: `${key.id}:${key.secret}`,
    MAX_GROUP_MEMBERS: '100000',
    LOG_LEVEL: 'warn',
    OPERATIONS_PER_SECOND: '0',
    LOG_FORMAT: 'json',
  };
  const chat = await openChat(readConfig({ ...common, REDIS_URL: storeRedisUrl }), { logger: pino({ level: 'silent' }) });
  const [room] = await makeRooms(chat, databaseUrl, { rooms: 1, members: subscribers + 1 });
  const [owner, ...others] = room?.members ?? [];
  if (room === undefined || owner === undefined) throw new Error('there is no room');
  const { conversationId } = room;
  const tokens = await tokensFor(key, others);
  // The head check would find messages that are stored but not published yet.
  const server = await startServer(new URL('../support/mpim.ts', import.meta.url), {
    ...common,
    REDIS_URL: redisUrl,
    PORT: '0',
    HEAD_CHECK_MS: '600000',
    ACCESS_TOKEN_SECONDS: '86400',
  });
  const [redis, overheard] = [new Redis(redisUrl), new Redis(storeRedisUrl)];
  const topic = `mpim:${chat.feed.epoch}:${streamTopic(conversationId)}`;
  await overheard.subscribe(topic);
  return {
    server,
    plan: { ...graphql, document: clientDocument, ready: '"positions"', tokens },
    async prepare(texts: readonly string[]) {
      const hints: string[] = [];
      for (const text of texts) {
        const published = once(overheard, 'message');
        await chat.messages.send(owner, { conversationId, text, clientMessageId: randomBytes(8).toString('hex') });
        const [, hint] = await published;
        hints.push(hint);
      }
      return async () => {
        const pipeline = redis.pipeline();
        for (const hint of hints) pipeline.publish(topic, hint);
        await pipeline.exec();
      };
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      overheard.disconnect();
      await server[Symbol.asyncDispose]();
      await chat[Symbol.asyncDispose]();
    },
  };
}
