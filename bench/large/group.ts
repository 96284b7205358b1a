import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { formatId } from '../../schema/ids.ts';
import { readConfig } from '../../src/config.ts';
import { openChat } from '../../src/open.ts';
import { newDatabase } from '../support/database.ts';
import { clientDocument } from '../support/documents.ts';
import { openMember } from '../support/member-sockets.ts';
import { makeRooms, tokensFor } from '../support/people.ts';
import type { Places } from '../support/places.ts';
import { startServer } from '../support/server.ts';

/** A node with one group on it, of whose members some are connected and the rest are not. */
export interface LargeGroup extends AsyncDisposable {
  readonly id: string;
  /** Global id of somebody outside, who may be added. */
  readonly outsider: string;
  /** Asks as the n-th who is connected; the first owns the group. Throws what was refused. */
  call(who: number, query: string, variables: object): Promise<Readonly<Record<string, unknown>>>;
  /** µs of CPU of the node since its start. */
  cpuUs(): Promise<number>;
}

/** How many of a group's members are connected, whatever its size: what others cost who are not is measured. */
export const online = 10;

/** Starts a gateway as `npm start` does, and a group with so many members and a few hundred messages. */
export async function startGroup(places: Places, members: number): Promise<LargeGroup> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const key = { id: 'bench', secret: randomBytes(32).toString('base64url') };
  const env = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: places.redisUrl, SECRET_KEYS: `${key.id}:${key.secret}`, PORT: '0' },
    ...{ LOG_LEVEL: 'warn', LOG_FORMAT: 'json', ACCESS_TOKEN_SECONDS: '86400', MAX_GROUP_MEMBERS: '100000' },
  };
  const { conversationId, people } = await prepare(env, databaseUrl, members);
  const tokens = await tokensFor(key, people.slice(0, online));
  await using started = new AsyncDisposableStack();
  const server = started.use(await startServer(new URL('../support/mpim.ts', import.meta.url), env));
  const subscription = { query: clientDocument };
  for (const [n, token] of tokens.entries()) {
    const id = String(100_000 + n);
    started.use(await openMember({ port: server.port, token, id, subscription, ready: '"positions"', onEvent: () => undefined }));
  }
  const outsider = people.at(-1);
  if (outsider === undefined) throw new Error('nobody is outside');
  const parting = started.move();
  return {
    id: formatId('Conversation', conversationId),
    outsider: formatId('User', outsider.userId),
    call: (who, query, variables) => call({ port: server.port, token: tokens[who % tokens.length] ?? '' }, { query, variables }),
    cpuUs: () => server.cpuUs(),
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

// More than a page, so that opening reads a page and not all.
const said = 300;

async function prepare(env: Readonly<Record<string, string>>, databaseUrl: string, members: number) {
  await using chat = await openChat(readConfig(env), { logger: pino({ level: 'silent' }) });
  const [room] = await makeRooms(chat, databaseUrl, { rooms: 1, members });
  const [outside] = await makeRooms(chat, databaseUrl, { rooms: 1, members: 1 });
  const [owner] = room?.members ?? [];
  if (room === undefined || outside === undefined || owner === undefined) throw new Error('no room was made');
  const { conversationId } = room;
  await Promise.all(
    Array.from({ length: said }, (_, n) =>
      chat.messages.send(room.members[n % online] ?? owner, { conversationId, clientMessageId: `before ${n}`, text: `Said before, ${n}.` }),
    ),
  );
  return { conversationId, people: [...room.members, ...outside.members] };
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
