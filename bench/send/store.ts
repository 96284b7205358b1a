import pino from 'pino';
import { nodeFlags } from '../../scripts/node-flags.ts';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import { newDatabase, openSql } from '../support/database.ts';
import { makeRooms, type Room, type RoomPlan } from '../support/people.ts';
import type { Places } from '../support/places.ts';
import { type Process, startProcess } from '../support/process.ts';
import { serverFlags } from '../support/server.ts';
import { type Figures, metered } from './figures.ts';
import { prepareRecipe } from './recipe/prepare.ts';
import type { StorePlan, StoreReport } from './store-plan.ts';
import { verifyStored } from './stored.ts';
import type { Pattern } from './traffic.ts';

/** A write path in its own process, with a database of its own. */
export interface Storing extends AsyncDisposable {
  readonly name: string;
  /** Sends by a pattern, then compares what is stored with what was acknowledged. Throws if they differ. */
  run(pattern: Pattern): Promise<Figures>;
  readonly databaseUrl: string;
}

/** How both are started: rooms with so many members, and the recipe's pool. */
export interface StoreOptions extends RoomPlan {
  readonly connections: number;
  /** Environment of MPIM, where it differs from the default. */
  readonly env?: Readonly<Record<string, string>>;
}

// A run ends after its last answer, which a queue may delay by some seconds.
const marginMs = 60_000;

/** Starts MPIM's own send, without GraphQL. */
export async function startMpimStore(places: Places, options: StoreOptions): Promise<Storing> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const made = await makeMpimRooms(databaseUrl, options);
  const rooms = made.map(({ conversationId, members }) => ({
    conversationId: String(conversationId),
    members: members.map(({ userId, sessionId }) => ({ userId: String(userId), sessionId })),
  }));
  return startStore(places, {
    stack: 'mpim',
    databaseUrl,
    connections: options.connections,
    rooms,
    ...(options.env && { env: options.env }),
  });
}

async function makeMpimRooms(databaseUrl: string, options: StoreOptions): Promise<readonly Room[]> {
  await using chat = await openChat(readConfig({ DATABASE_URL: databaseUrl, ...options.env }), { logger: pino({ level: 'silent' }) });
  return await makeRooms(chat, databaseUrl, options);
}

/** Starts the recipe's write path: one Prisma interactive transaction per message. */
export async function startRecipeStore(places: Places, options: StoreOptions): Promise<Storing> {
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const made = await prepareRecipe(databaseUrl, options);
  const rooms = made.map(({ conversationId, members }) => ({
    conversationId: String(conversationId),
    members: members.map((userId) => ({ userId: String(userId), sessionId: '' })),
  }));
  return startStore(places, { stack: 'recipe', databaseUrl, connections: options.connections, rooms });
}

async function startStore(places: Places, plan: StorePlan): Promise<Storing> {
  await using started = new AsyncDisposableStack();
  const child = started.use(startProcess(new URL('servers/store.ts', import.meta.url), { flags: [...nodeFlags(), ...serverFlags()] }));
  await child.ask(plan);
  const sql = await openSql(plan.databaseUrl);
  started.defer(() => sql.end());
  const conversations = plan.rooms.map(({ conversationId }) => conversationId);
  const parting = started.move();
  return {
    name: plan.stack === 'mpim' ? 'mpim' : 'naive',
    databaseUrl: plan.databaseUrl,
    async run(pattern) {
      const { figures, report } = await measure(places, child, pattern);
      await verifyStored(sql, conversations, report.acknowledged);
      return figures;
    },
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

async function measure(
  places: Places,
  child: Process,
  pattern: Pattern,
): Promise<{ readonly figures: Figures; readonly report: StoreReport }> {
  const meters = { server: child.cpuUs, database: places.databaseUs, redis: async () => 0 };
  const { result: report, us } = await metered(meters, () => child.ask<StoreReport>(pattern, pattern.ms + marginMs));
  const { messages, ms, p50, p99 } = report;
  const figures: Figures = {
    ...{ messages, perSecond: (messages / ms) * 1_000, ackP50: p50, ackP99: p99 },
    ...{ serverUs: us.server / messages, databaseUs: us.database / messages, redisUs: 0 },
    ...{ serverCores: us.server / (ms * 1_000), databaseCores: us.database / (ms * 1_000) },
  };
  return { figures, report };
}
