import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { formatId } from '../../schema/ids.ts';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import type { Viewer } from '../../src/user/index.ts';
import { mpimSend } from '../send/documents.ts';
import type { LoadPlan } from '../send/load-plan.ts';
import { newDatabase, openSql } from '../support/database.ts';
import { clientDocument } from '../support/documents.ts';
import { makeRooms, type Room, tokensFor } from '../support/people.ts';
import type { Places } from '../support/places.ts';
import { type Process, startProcess } from '../support/process.ts';
import { type Server, startServer } from '../support/server.ts';
import type { ComersPlan, WatchersPlan } from './crowd-plan.ts';
import type { Options } from './options.ts';

/** Two nodes, and the three processes of their clients: watchers, users who come online, and senders whose rooms receive. */
export interface Scene extends AsyncDisposable {
  readonly nodes: readonly Server[];
  /** Number of sockets of each kind, once all users have come. */
  readonly sockets: { readonly watchers: number; readonly senders: number; readonly comers: number };
  /** ms until all watchers were subscribed and had received everybody's presence once. */
  readonly openingMs: number;
  readonly watchers: Process;
  readonly comers: Process;
  readonly senders: Process;
}

// Ten rooms of ten: most conversations are as small. Half of a room's members receive its messages over the bus.
const rooms = 10;
const roomMembers = 10;
// So many subscriptions take a while to open.
const openingPatienceMs = 300_000;

/**
 * Starts everything. Users are spread over communities of one group each, which also has as many watchers as each user is to have. Users,
 * watchers and the members of the senders' rooms are spread over the nodes.
 */
export async function openScene(places: Places, options: Options): Promise<Scene> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const key = { id: 'bench', secret: randomBytes(32).toString('base64url') };
  const env = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: places.redisUrl, SECRET_KEYS: `${key.id}:${key.secret}`, PORT: '0' },
    ...{ LOG_LEVEL: 'warn', OPERATIONS_PER_SECOND: '0', LOG_FORMAT: 'json', ACCESS_TOKEN_SECONDS: '86400', MAX_GROUP_MEMBERS: '100000' },
  };
  const made = await makePeople(env, databaseUrl, options);
  await beAway(databaseUrl);
  await using started = new AsyncDisposableStack();
  const nodes: Server[] = [];
  for (let n = 0; n < 2; n += 1) nodes.push(started.use(await startServer(new URL('../support/mpim.ts', import.meta.url), env)));
  const [port = 0, ...otherPorts] = nodes.map((node) => node.port);
  const portOf = (turn: number): number => [port, ...otherPorts][turn % nodes.length] ?? port;

  async function client(file: string, plan: object): Promise<Process> {
    const child = started.use(startProcess(new URL(file, import.meta.url)));
    await child.ask(plan, openingPatienceMs);
    return child;
  }

  const sign = (people: readonly Viewer[]): Promise<readonly string[]> => tokensFor(key, people);
  const crowd = await crowdOf(made.communities, options, { sign, portOf });
  const begun = performance.now();
  const watchers = await client('watchers.ts', crowd.watchers);
  const openingMs = performance.now() - begun;
  const comers = await client('comers.ts', crowd.comers);
  const planned = made.rooms.map(async ({ conversationId, members }) => ({
    id: formatId('Conversation', conversationId),
    members: await sign(members),
  }));
  const said = { send: mpimSend, subscription: clientDocument, byRoom: false, ready: '"positions"' };
  const senders = await client('../send/load.ts', { ...said, port, otherPorts, rooms: await Promise.all(planned) } satisfies LoadPlan);
  const parting = started.move();
  const sockets = { watchers: crowd.watchers.watchers.length, senders: rooms * roomMembers, comers: crowd.comers.comers.length };
  return { nodes, sockets, openingMs, watchers, comers, senders, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

async function makePeople(env: Readonly<Record<string, string>>, databaseUrl: string, { users, watchers, watched }: Options) {
  await using chat = await openChat(readConfig(env), { logger: pino({ level: 'silent' }) });
  return {
    communities: await makeRooms(chat, databaseUrl, { rooms: users / watched, members: watched + watchers }),
    rooms: await makeRooms(chat, databaseUrl, { rooms, members: roomMembers }),
  };
}

/** Moves the users' last visit back, so that nodes write it again when they come online. */
async function beAway(databaseUrl: string): Promise<void> {
  const sql = await openSql(databaseUrl);
  await sql.query('UPDATE Session SET lastSeenAt = lastSeenAt - INTERVAL 1 HOUR');
  await sql.end();
}

interface CrowdParts {
  readonly sign: (people: readonly Viewer[]) => Promise<readonly string[]>;
  readonly portOf: (turn: number) => number;
}

async function crowdOf(communities: readonly Room[], { users, watched, follow }: Options, { sign, portOf }: CrowdParts) {
  const tokens = await Promise.all(communities.map(({ members }) => sign(members)));
  // One user of each community after the other, independent of their nodes.
  const turns = Array.from({ length: users }, (_, n) => ({ community: n % communities.length, turn: Math.floor(n / communities.length) }));
  const userIds = turns.map(({ community, turn }) => formatId('User', communities[community]?.members[turn]?.userId ?? 0n));
  const comers = turns.map(({ community, turn }) => ({ port: portOf(turn), token: tokens[community]?.[turn] ?? '' }));
  const watchers = tokens.flatMap((own, community) => own.slice(watched).map((token, n) => ({ port: portOf(n), token, community })));
  return {
    watchers: { userIds, communities: communities.length, watchers } satisfies WatchersPlan,
    comers: { comers, follow } satisfies ComersPlan,
  };
}
