import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { formatId } from '../../schema/ids.ts';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import { newDatabase } from '../support/database.ts';
import { clientDocument } from '../support/documents.ts';
import { openMember } from '../support/member-sockets.ts';
import { makeRooms, type Room, tokensFor } from '../support/people.ts';
import type { Places } from '../support/places.ts';
import { startServer } from '../support/server.ts';

/** A group with some members connected and the rest not. */
export interface LargeGroup {
  readonly members: number;
  readonly id: string;
  /** Global id of a user outside the group, who may be added. */
  readonly outsider: string;
  /** Calls the API as the n-th connected member; the first owns the group. Throws the refusal, if any. */
  call(who: number, query: string, variables: object): Promise<Readonly<Record<string, unknown>>>;
}

/** A node with such groups. */
export interface LargeGroups extends AsyncDisposable {
  readonly groups: readonly LargeGroup[];
  /** µs of CPU of the node since its start. */
  cpuUs(): Promise<number>;
}

/** Number of members that are connected, whatever the group's size. So the difference is the cost of members who are not connected. */
export const online = 10;

/** Starts a gateway as `npm start` does, and a group of each size with a few hundred messages. */
export async function startGroups(places: Places, sizes: readonly number[]): Promise<LargeGroups> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const key = { id: 'bench', secret: randomBytes(32).toString('base64url') };
  const env = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: places.redisUrl, SECRET_KEYS: `${key.id}:${key.secret}`, PORT: '0' },
    ...{ LOG_LEVEL: 'warn', OPERATIONS_PER_SECOND: '0', LOG_FORMAT: 'json', ACCESS_TOKEN_SECONDS: '86400', MAX_GROUP_MEMBERS: '100000' },
  };
  const { rooms, outside } = await prepare(env, databaseUrl, sizes);
  await using started = new AsyncDisposableStack();
  const server = started.use(await startServer(new URL('../support/mpim.ts', import.meta.url), env));
  const groups: LargeGroup[] = [];
  let socket = 100_000;
  for (const { conversationId, members } of rooms) {
    const tokens = await tokensFor(key, members.slice(0, online));
    for (const token of tokens) {
      socket += 1;
      const subscription = { query: clientDocument };
      const member = { port: server.port, token, id: String(socket), subscription, ready: '"positions"', onEvent: () => undefined };
      started.use(await openMember(member));
    }
    groups.push({
      members: members.length,
      id: formatId('Conversation', conversationId),
      outsider: formatId('User', outside),
      call: (who, query, variables) => call({ port: server.port, token: tokens[who % tokens.length] ?? '' }, { query, variables }),
    });
  }
  const parting = started.move();
  return { groups, cpuUs: () => server.cpuUs(), [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

// More than a page, so that opening a group reads a page and not all messages.
const said = 300;

async function prepare(env: Readonly<Record<string, string>>, databaseUrl: string, sizes: readonly number[]) {
  await using chat = await openChat(readConfig(env), { logger: pino({ level: 'silent' }) });
  const rooms: Room[] = [];
  for (const members of sizes) rooms.push(...(await makeRooms(chat, databaseUrl, { rooms: 1, members })));
  const [alone] = await makeRooms(chat, databaseUrl, { rooms: 1, members: 1 });
  const outside = alone?.members[0]?.userId;
  if (outside === undefined) throw new Error('nobody is outside');
  for (const { conversationId, members } of rooms) {
    const speakers = members.slice(0, online);
    const texts = Array.from({ length: said }, (_, n) => ({ clientMessageId: `before ${n}`, text: `Said before, ${n}.` }));
    for (const [n, text] of texts.entries()) {
      const speaker = speakers[n % speakers.length];
      if (speaker !== undefined) await chat.messages.send(speaker, { conversationId, ...text });
    }
  }
  return { rooms, outside };
}

async function call(
  { port, token }: { readonly port: number; readonly token: string },
  operation: { readonly query: string; readonly variables: object },
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(operation),
  });
  const { data, errors } = (await answer.json()) as { data?: Record<string, { errors?: unknown[] } | null>; errors?: unknown };
  const refused = Object.values(data ?? {}).find((payload) => (payload?.errors?.length ?? 0) > 0);
  if (errors !== undefined || data === undefined || refused) throw new Error(`refused: ${JSON.stringify(errors ?? refused)}`);
  return data;
}
