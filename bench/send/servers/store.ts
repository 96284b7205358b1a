// One of the two write paths, called in its own process by as many callers as are to be in flight: no GraphQL, no HTTP, no receivers.
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { readConfig } from '../../../src/config/index.ts';
import { openChat } from '../../../src/open.ts';
import { Acknowledged } from '../acknowledged.ts';
import { Latencies } from '../latencies.ts';
import { openRecipeDatabase } from '../recipe/send.ts';
import type { PlannedMember, StorePlan, StoreReport } from '../store-plan.ts';
import { textOf } from '../text.ts';
import { drive, type Pattern } from '../traffic.ts';

/** Stores one message and returns its number. */
type Store = (conversationId: bigint, sender: PlannedMember, text: string) => Promise<number>;

async function openMpim({ databaseUrl, env }: StorePlan): Promise<Store> {
  const config = readConfig({ DATABASE_URL: databaseUrl, ...env });
  const chat = await openChat(config, { logger: pino({ level: 'warn' }, pino.destination(2)) });
  return async (conversationId, { userId, sessionId }, text) => {
    const viewer = { userId: BigInt(userId), sessionId };
    return (await chat.messages.send(viewer, { conversationId, clientMessageId: randomUUID(), text })).seq;
  };
}

function openRecipe({ databaseUrl, connections }: StorePlan): Store {
  const database = openRecipeDatabase(databaseUrl, connections);
  return async (conversationId, { userId }, text) =>
    (await database.send({ conversationId, senderId: BigInt(userId), clientMessageId: randomUUID(), text })).seq;
}

const plan = await new Promise<StorePlan>((resolve) => process.once('message', resolve));
const store = plan.stack === 'mpim' ? await openMpim(plan) : openRecipe(plan);
const rooms = plan.rooms.map(({ conversationId, members }) => ({ conversationId: BigInt(conversationId), members }));
const acknowledged = new Acknowledged(rooms.length);
const latencies = new Latencies();
let sent = 0;

/** Sends a message. Rooms and their members take turns, whichever slot calls. */
async function send(_slot: number, due: number): Promise<void> {
  const number = sent++;
  const place = number % rooms.length;
  const room = rooms[place];
  const sender = room?.members[Math.floor(number / rooms.length) % room.members.length];
  if (room === undefined || sender === undefined) throw new Error('a room needs members');
  acknowledged.add(place, await store(room.conversationId, sender, textOf(number)));
  latencies.add(performance.now() - due);
}

async function run(pattern: Pattern): Promise<StoreReport> {
  const [begun, before] = [performance.now(), sent];
  await drive(pattern, send);
  const ms = performance.now() - begun;
  const report = { messages: sent - before, ms, ...latencies.percentiles(), acknowledged: acknowledged.rooms };
  latencies.clear();
  return report;
}

process.on('message', (pattern: Pattern) => {
  run(pattern).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () => process.exit(1));
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
