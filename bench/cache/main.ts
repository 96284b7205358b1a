// npm run bench:cache -- [--rounds 5] [--times 400]
// Measures what reads cost with the database alone, with Redis, and with the node's memory; and what reading fifty rows of each kind costs.
// The levels take turns.
import { parseArgs } from 'node:util';
import { execute } from 'graphql';
import { formatId } from '../../schema/ids.ts';
import { createContext, schema } from '../../schema/index.ts';
import { isPackedRow, join, packRow, selectRows, shapeOf, sql, unpackRow } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { startMariadb, startRedis } from '../../test/support/services.ts';
import { newDatabase, openSql } from '../support/database.ts';
import { markdownTable, median } from '../support/markdown.ts';
import { makeRooms } from '../support/people.ts';
import { conversations, history } from './documents.ts';
import { levels, openSubject, type Subject } from './subject.ts';

const { values: given } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, times: { type: 'string', default: '400' } } });
const [rounds, times] = [Number(given.rounds), Number(given.times)];
// A page of a client has 50 rows.
const page = 50;

/** The cost of one read. */
interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly statements: number;
}

await using services = new AsyncDisposableStack();
const mysql = services.use(await startMariadb());
const redis = services.use(await startRedis());
const places = { mysqlUrl: await newDatabase(mysql.url), redisUrl: redis.url };
const subjects: Subject[] = [];
for (const level of levels) subjects.push(services.use(await openSubject(level, places)));
const counter = await openSql(places.mysqlUrl);
services.defer(() => counter.end());

const [first] = subjects;
if (first === undefined) throw new Error('there is a level');
const { chat } = first;
const [room] = await makeRooms(chat, places.mysqlUrl, { rooms: 1, members: page + 1 });
const [reader, ...senders] = room?.members ?? [];
if (room === undefined || reader === undefined) throw new Error('there is a room');
for (const [n, sender] of senders.entries()) await speak(sender, room.conversationId, n);
for (const [n, { userId }] of senders.entries()) {
  const { id } = await chat.groups.create(reader, { name: `Group ${n}`, memberIds: [userId] });
  const other = senders[n];
  if (other !== undefined) await speak(other, id, n);
}

async function speak(sender: Viewer, conversationId: bigint, n: number): Promise<void> {
  await chat.messages.send(sender, { conversationId, text: `What is said, number ${n}.`, clientMessageId: `m${conversationId}-${n}` });
}

async function statements(): Promise<number> {
  const [row] = await counter.query("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(row.Value);
}

async function measure(work: () => Promise<unknown>): Promise<Cost> {
  const before = await statements();
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  for (let n = 0; n < times; n += 1) await work();
  const [ms, { user, system }] = [performance.now() - start, process.cpuUsage(cpu)];
  // The query for the count is itself a statement.
  return { ms: ms / times, cpuMs: (user + system) / 1_000 / times, statements: ((await statements()) - before - 1) / times };
}

type Operation = (subject: Subject) => () => Promise<unknown>;

function asks(document: Parameters<typeof execute>[0]['document'], variableValues: Record<string, unknown> = {}): Operation {
  return ({ chat: asked }) =>
    async () => {
      const parts = { chat: asked, viewer: reader ?? null, address: '127.0.0.1', requestId: 'bench', signal: new AbortController().signal };
      const { errors } = await execute({ schema, document, variableValues, contextValue: createContext(parts) });
      if (errors !== undefined) throw errors[0];
    };
}

const userIds = senders.map(({ userId }) => userId);
const listed = (await chat.groups.list(reader, { first: page })).items.map(({ conversation }) => conversation.id);

/** Reads rows of members, with each member's own markers: what caching them would save if the markers did not have to be read. */
const keptMemberships: Operation = ({ db, caches }) => {
  const kept = caches.of<bigint, Parameters<typeof packRow<'Membership'>>[1]>({
    name: 'membership',
    shape: shapeOf('Membership'),
    key: String,
    pack: (row) => packRow('Membership', row),
    fits: (packed) => isPackedRow('Membership', packed),
    unpack: (packed) => unpackRow('Membership', packed),
    async read(ids) {
      const rows = await selectRows(db.client, 'Membership', sql`userId = ${reader.userId} AND conversationId IN (${join([...ids])})`);
      const found = new Map(rows.map((row) => [row.conversationId, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
    changes: false,
  });
  return () => kept.many(listed);
};

const operations: Readonly<Record<string, Operation>> = {
  '50 messages with their senders': asks(history, { id: formatId('Conversation', room.conversationId) }),
  '50 conversations with the last message of each': asks(conversations),
  '50 users':
    ({ chat: asked }) =>
    () =>
      asked.users.byIds(userIds),
  '50 conversations':
    ({ chat: asked }) =>
    () =>
      asked.groups.byIds(listed),
  '50 memberships, if they were cached': keptMemberships,
};

const lines: Readonly<Record<string, string>>[] = [];
for (const [name, operation] of Object.entries(operations)) {
  const works = subjects.map((subject) => ({ level: subject.level, work: operation(subject), costs: [] as Cost[] }));
  for (const { work } of works) await measure(work);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? works : works.toReversed()) one.costs.push(await measure(one.work));
  }
  const of = (costs: readonly Cost[], part: keyof Cost): number => median(costs.map((cost) => cost[part]));
  const [base] = works;
  for (const { level, costs } of works) {
    const ratio = of(costs, 'ms') / of(base?.costs ?? [], 'ms');
    lines.push({
      ...{ 'what is read': name, from: level, statements: of(costs, 'statements').toFixed(1), ms: of(costs, 'ms').toFixed(2) },
      ...{ 'CPU ms': of(costs, 'cpuMs').toFixed(2), '× database': ratio.toFixed(2) },
    });
  }
}
process.stdout.write(markdownTable(lines));
