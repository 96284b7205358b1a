import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { formatId } from '../../schema/ids.ts';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import { newDatabase, openSql } from '../support/database.ts';
import { clientDocument } from '../support/documents.ts';
import { makeRooms, type RoomPlan, tokensFor } from '../support/people.ts';
import type { Places } from '../support/places.ts';
import { startServer } from '../support/server.ts';
import { mpimSend, recipeSend, recipeSubscription } from './documents.ts';
import type { LoadPlan } from './load-plan.ts';
import { prepareRecipe } from './recipe/prepare.ts';
import { createRecipeTokens } from './recipe/token.ts';
import { verifyStored } from './stored.ts';
import { startTalking, type Talking } from './talking.ts';

/** How both are started: rooms with so many members, and the recipe's pool. */
export interface TalkOptions extends RoomPlan {
  readonly connections: number;
}

/** Starts MPIM's gateway as `npm start` does. Each member is subscribed to all their events. */
export async function startMpim(places: Places, options: TalkOptions): Promise<Talking> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const key = { id: 'bench', secret: randomBytes(32).toString('base64url') };
  const env = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: places.redisUrl, SECRET_KEYS: `${key.id}:${key.secret}`, PORT: '0' },
    ...{ LOG_LEVEL: 'warn', OPERATIONS_PER_SECOND: '0', LOG_FORMAT: 'json', ACCESS_TOKEN_SECONDS: '86400' },
  };
  const rooms = await makeMpimRooms(env, databaseUrl, options);
  const planned = rooms.map(async ({ conversationId, members }) => ({
    id: formatId('Conversation', conversationId),
    members: await tokensFor(key, members),
  }));
  return startGraphql(places, {
    ...{ name: 'mpim', file: new URL('../support/mpim.ts', import.meta.url), env, databaseUrl },
    plan: { send: mpimSend, subscription: clientDocument, byRoom: false, ready: '"positions"', rooms: await Promise.all(planned) },
    conversations: rooms.map(({ conversationId }) => String(conversationId)),
    ordered: true,
  });
}

async function makeMpimRooms(env: Readonly<Record<string, string>>, databaseUrl: string, options: TalkOptions) {
  await using chat = await openChat(readConfig(env), { logger: pino({ level: 'silent' }) });
  return await makeRooms(chat, databaseUrl, options);
}

/**
 * Starts the recipe. Each member is subscribed to their room. Its deliveries may overtake each other between commit and Redis, which is
 * counted.
 */
export async function startRecipe(places: Places, { connections, ...options }: TalkOptions): Promise<Talking> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const secret = randomBytes(32).toString('base64url');
  const rooms = await prepareRecipe(databaseUrl, options);
  const { sign } = createRecipeTokens(secret);
  const planned = rooms.map(async ({ conversationId, members }) => ({
    id: String(conversationId),
    members: await Promise.all(members.map((id) => sign({ id: String(id), handle: `member${id}`, displayName: `Member ${id}` }))),
  }));
  return startGraphql(places, {
    ...{ name: 'recipe', file: new URL('servers/recipe.ts', import.meta.url), databaseUrl },
    env: { DATABASE_URL: databaseUrl, REDIS_URL: places.redisUrl, CONNECTIONS: String(connections), SECRET: secret },
    plan: { send: recipeSend, subscription: recipeSubscription, byRoom: true, rooms: await Promise.all(planned) },
    conversations: rooms.map(({ conversationId }) => String(conversationId)),
    ordered: false,
  });
}

/** Starts the least that Node can do: nothing is checked, executed or stored. It shows how far ahead any server can be on this machine. */
export async function startFloor({ redisUs, databaseUs }: Places, { rooms, members }: TalkOptions): Promise<Talking> {
  await using started = new AsyncDisposableStack();
  const server = started.use(await startServer(new URL('servers/floor.ts', import.meta.url), {}));
  const planned = Array.from({ length: rooms }, (_, room) => ({
    id: String(room + 1),
    members: Array.from({ length: members }, () => ''),
  }));
  const talking = await startTalking({
    ...{ name: 'floor', transports: ['http', 'socket'], ordered: true },
    meters: { server: server.cpuUs, database: databaseUs, redis: redisUs },
    load: {
      file: new URL('load.ts', import.meta.url),
      plan: { send: recipeSend, subscription: recipeSubscription, byRoom: true, rooms: planned, port: server.port },
    },
    verify: async () => undefined,
  });
  started.use(talking);
  const parting = started.move();
  return { ...talking, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

interface GraphqlParts {
  readonly name: string;
  readonly file: URL;
  readonly env: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly plan: Omit<LoadPlan, 'port'>;
  /** The rooms' ids in the database. */
  readonly conversations: readonly string[];
  readonly ordered: boolean;
}

async function startGraphql(
  places: Places,
  { name, file, env, databaseUrl, plan, conversations, ordered }: GraphqlParts,
): Promise<Talking> {
  await using started = new AsyncDisposableStack();
  const server = started.use(await startServer(file, env));
  const sql = await openSql(databaseUrl);
  started.defer(() => sql.end());
  const talking = await startTalking({
    ...{ name, transports: ['http', 'socket'], ordered },
    meters: { server: server.cpuUs, database: places.databaseUs, redis: places.redisUs },
    load: { file: new URL('load.ts', import.meta.url), plan: { ...plan, port: server.port } },
    verify: (acknowledged) => verifyStored(sql, conversations, acknowledged),
  });
  started.use(talking);
  const parting = started.move();
  return { ...talking, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}
