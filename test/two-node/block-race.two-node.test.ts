import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { logsOf } from '../support/logs.ts';
import { person } from '../support/people.ts';
import { randomFrom } from '../support/random.ts';
import { type RawSql, rawSql } from '../support/raw-sql.ts';
import { realStores } from '../support/stores.ts';
import { type Act, atOnce, type RacedGroup } from './group-races.ts';

// Enough that sends and blocks overlap many times, few enough for some seconds.
const rounds = 40;
const sendsOfEach = 4;

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
const open = new AsyncDisposableStack();
let realm: RacedGroup;
let sql: RawSql;
let [ann, ben]: readonly Viewer[] = [];

beforeAll(async () => {
  const stores = open.use(await realStores());
  const nodes = [open.use(await chatOn(stores)), open.use(await chatOn(stores))] as const;
  const logs = open.use(await logsOf(stores));
  sql = open.use(await rawSql(stores));
  realm = { nodes, sql, entries: logs.entries, random: randomFrom(seed) };
  [ann, ben] = [await person(nodes[0]), await person(nodes[0])];
});
afterAll(() => open.disposeAsync());

// For the whole server: MariaDB has no narrower count.
const deadlocks = (): Promise<number> => sql.number("SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'");

it('of messages that race with blocks between the two users, each is stored or refused for the block, and none fails, whatever deadlocks occur', async ({
  annotate,
}) => {
  if (ann === undefined || ben === undefined) return expect.fail();
  const sides = [
    { viewer: ann, other: ben },
    { viewer: ben, other: ann },
  ];
  const { id: conversationId } = await realm.nodes[0].groups.openDirect(ann, { userId: ben.userId });
  // A user who opened the conversation sees it even if it is empty.
  await realm.nodes[0].groups.openDirect(ben, { userId: ann.userId });
  const before = await deadlocks();
  const keys: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const sends = sides.flatMap(({ viewer }) =>
      Array.from({ length: sendsOfEach }, (): { readonly key: string; readonly send: Act } => {
        const key = randomUUID();
        return { key, send: ({ messages }) => messages.send(viewer, { conversationId, clientMessageId: key, text: 'hello' }) };
      }),
    );
    const blocks = sides.map(
      ({ viewer, other }): Act =>
        ({ blocks: of }) =>
          of.block(viewer, { userId: other.userId }),
    );
    const outcomes = await atOnce(realm, ...sends.map(({ send }) => send), ...blocks);
    expect(outcomes.slice(sends.length), `seed ${seed}, round ${round}`).toEqual(['done', 'done']);
    for (const [place, { key }] of sends.entries()) {
      expect(['done', 'BLOCKED', 'NOT_CONTACTS'], `seed ${seed}, round ${round}`).toContain(outcomes[place]);
      if (outcomes[place] === 'done') keys.push(key);
    }
    const unblocked = await atOnce(
      realm,
      ...sides.map(
        ({ viewer, other }): Act =>
          ({ blocks: of }) =>
            of.unblock(viewer, { userId: other.userId }),
      ),
    );
    expect(unblocked, `seed ${seed}, round ${round}`).toEqual(['done', 'done']);
  }
  await annotate(`${(await deadlocks()) - before} deadlocks, ${keys.length} messages`);
  const stored = (where: string) => sql.number(`SELECT COUNT(*) FROM Message WHERE conversationId = ${conversationId} AND ${where}`);
  expect(await stored('TRUE')).toBe(keys.length);
  expect(await stored(`clientMessageId IN ('${keys.join("','")}')`)).toBe(keys.length);
  // Some messages were stored, and some were refused: sends and blocks did overlap.
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.length).toBeLessThan(rounds * sides.length * sendsOfEach);
}, 60_000);
