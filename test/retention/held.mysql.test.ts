import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { createLog } from '../../src/log/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';
import { realStores } from '../support/stores.ts';
import { age } from './age.ts';

const open = new AsyncDisposableStack();
let world: TalkWorld;
/** The database of a node with a deadline of a second. */
let quick: Db;
beforeAll(async () => {
  const stores = open.use(await realStores());
  const connect = (writeDeadlineMs: number) =>
    connectMysql({ url: stores.env['DATABASE_URL'] ?? '', connections: 5, writeDeadlineMs, serverKey: true });
  // Long enough to hold what the other node waits for.
  world = open.use(talkOn(await connect(30_000)));
  quick = open.use(await connect(1_000));
});
afterAll(() => open.disposeAsync());

const logger = pino({ level: 'silent' });

async function round(): Promise<void> {
  await using log = createLog({ db: quick, bus: createMemoryBus(), logger, limits: { batch: 256, queue: 1_000, deadlineMs: 1_000 } });
  await using retention = createRetention({ db: quick, log, logger, config: { historyDays: 30, accountLogDays: 0, roles: ['worker'] } });
  await retention.round({ after: 0n }, new AbortController().signal);
}

const floorOf = async (id: bigint) => (await world.log.read(id, { after: 0, limit: 1 })).floor;

/** Groups in which everything is too old. */
async function oldGroups(count: number): Promise<readonly bigint[]> {
  const [ada, bob] = await world.people();
  const ids: bigint[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = await world.group(ada, bob);
    await world.say(ada, id);
    await age(world.db, id, { upTo: 3, days: 31 });
    ids.push(id);
  }
  return ids;
}

/** Locks conversations while an act runs. */
async function holding(ids: readonly bigint[], act: () => Promise<void>): Promise<void> {
  await world.db.transaction(async (tx) => {
    await world.db.lockStreams(tx, ids);
    await act();
  });
}

test('a conversation that is not trimmed in time does not stop others from it, and is trimmed in the next round', async () => {
  const [first = 0n, second = 0n, third = 0n] = await oldGroups(3);
  await holding([first], round);
  expect(await Promise.all([first, second, third].map(floorOf))).toEqual([0, 3, 3]);
  await holding([second], round);
  expect(await floorOf(first)).toBe(3);
});

test('if no conversation can be trimmed the round ends as UNAVAILABLE, and a later one trims them', async () => {
  const ids = await oldGroups(3);
  await expect(holding(ids, round)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await round();
  expect(await Promise.all(ids.map(floorOf))).toEqual([3, 3, 3]);
});
