import { randomUUID } from 'node:crypto';
import { graphql, isInterfaceType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminSchema } from '../../schema/admin/index.ts';
import { formatCursor } from '../../schema/cursors.ts';
import { formatId } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { raiseLastSeen } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { uuidText } from '../../src/uuid.ts';
import { behindIn, dueBacklogs } from '../../src/webhook/backlog.ts';
import { explainPush } from '../push/explain.ts';
import { explainRetention } from '../retention/explain.ts';
import { ask } from '../schema/asking.ts';
import { chatOn } from '../support/chat.ts';
import { fillLarge, type LargeWorld, namedId, smallTables } from '../support/large-tables.ts';
import { person } from '../support/people.ts';
import { type Allowance, faultsOf, planOf } from '../support/query-plan.ts';
import { onMysql } from '../support/services.ts';
import { kindOf, type StatementLog, startStatementLog } from '../support/statement-log.ts';
import { deepDocument } from './deep.ts';
import { isList, reachable } from './everything.ts';
import { type Listing, listings, peopleOf } from './lists.ts';

// Reads every list of the API from tables of tens of thousands of rows, and checks the plan of each statement, with the real values.

/** The statements that may read more than a page needs: each with the reason and the number of rows. */
const allowances: readonly Allowance[] = [
  {
    statement: /FROM Membership m JOIN Stream s/,
    ...{ rows: 3 * 5_002, sorted: 3 * 5_002 },
    why: 'A message moves its conversation in the lists of all its members. An order kept for each of them would be a write for each; sorting 5,000 takes 8 ms.',
  },
  {
    statement: /FROM Membership( m)?\s+WHERE (m\.)?userId = \d+ AND (m\.)?state = 'ACTIVE' AND (m\.)?shown = 1/,
    rows: 3 * 5_002,
    why: 'Positions and totals are told of all that the viewer follows, and that still stands; totals from where on each is kept.',
  },
  {
    statement: /AS own,/,
    rows: 16_000,
    why: 'What waits is a difference of ordinals, less one’s own messages among it and those that one has hidden: they are counted in ranges of an index.',
  },
  {
    statement: /COUNT\(DISTINCT n.messageSeq\)/,
    rows: 40_000,
    why: 'Mentions that wait are counted in ranges of the key, less those that one has hidden.',
  },
  {
    statement: /t\.replySeq AS replySeq/,
    ...{ rows: 10 * 2_500, sorted: 10 * 2_500 },
    why: 'A reply moves its thread in the lists of all who take part in it. An order kept for each of them would be a write for each: so all 2,500 threads of the viewer are come to, each by some rows, each of them by its key.',
  },
  {
    statement: /FROM Mention \/\*! FORCE INDEX \(PRIMARY\) \*\/ WHERE/,
    rows: 30_000,
    why: 'Mentions that one has hidden are stepped over: here nearly all of everyone.',
  },
  {
    statement: /FROM ThreadPart p/,
    rows: onMysql ? 30_000 : 25_000,
    why: 'Replies that wait are counted, in threads that have something new; MySQL reads those before them, too.',
  },
  {
    statement: /COUNT\(\*\) AS `_count\$_all`/,
    rows: 8_000,
    why: 'totalCount: what waits is counted in a range of an index, of a page of groups in as many.',
  },
  {
    statement: /privateMode FROM User u/,
    rows: 2 * 100 * 20,
    why: 'How far all members are is asked of groups of RECEIPT_MEMBERS at most, for a page of conversations.',
  },
  {
    statement: /AS some\) AS count/,
    // MySQL makes a temporary table of the rows that it counts.
    ...(onMysql ? { rows: 3_300, sorted: 1_000 } : { rows: 2_300 }),
    why: 'Of two words the rarer is found by counting the terms that each begins, up to a thousand.',
  },
  {
    statement: /OFFSET 2000$/,
    rows: 2_001,
    why: 'Whether more words begin so than a group has members is counted, up to two thousand, in a range of the key alone.',
  },
  {
    statement: /STRAIGHT_JOIN \*\/ t\.term/,
    ...{ rows: 20_000, sorted: 20_000 },
    why: 'Of a group of up to two thousand each member is looked up among the words that begin so, and what is found is put in their order.',
  },
  {
    statement: /FROM Reaction\s+WHERE/,
    rows: 8_000,
    why: 'Reactions are counted from their rows: those of the page’s messages, in ranges of the key.',
  },
  {
    statement: /FROM PollVote\s+WHERE/,
    rows: 16_000,
    why: 'Votes are counted from their rows, and who has voted: those of the page’s messages, in ranges of the key, twice.',
  },
];

const first = 20;

interface Run {
  readonly listing: Listing;
  readonly data: unknown;
  readonly errors: readonly object[];
  readonly statements: readonly string[];
}

let log: StatementLog;
let chat: Chat;
let viewer: Viewer;
let world: LargeWorld;
const runs: Run[] = [];

beforeAll(async () => {
  log = await startStatementLog();
  // The node’s own periodic statements are not part of the test. Without a cache, no entry expires and is read again in the middle of a
  // list.
  chat = await chatOn(log.stores, { HEAD_CHECK_MS: '600000', ROLES: 'gateway', CACHE_MB: '0' });
  viewer = await person(chat);
  world = await fillLarge(log.sql, String(viewer.userId));
  async function run(listing: Listing): Promise<void> {
    const { result, statements } = await log.during(() => ask(chat, viewer, listing.source, listing.variables));
    runs.push({ listing, ...result, statements });
    const after = listing.goesOn ? endOf(result.data) : null;
    if (after !== null)
      await run({ ...listing, what: `${listing.what}, the page after`, variables: { ...listing.variables, after }, goesOn: false });
  }
  for (const listing of listings(world, viewer.userId)) await run(listing);
}, 180_000);

afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
});

/** The value of the outermost field whose alias ends like this, or undefined if there is none. */
function outermost(data: unknown, ending: string): unknown {
  const objects = (values: readonly unknown[]) => values.filter((each) => typeof each === 'object' && each !== null);
  for (let level = objects([data]); level.length > 0; level = objects(level.flatMap((each) => Object.values(each)))) {
    const found = level.flatMap((each) => Object.entries(each).filter(([name]) => name.endsWith(ending)));
    if (found[0] !== undefined) return found[0][1];
  }
  return undefined;
}

/** The end cursor of the outermost page in a result, or null if there is none or the page is empty. */
function endOf(data: unknown): string | null {
  const cursor = outermost(data, 'PageInfo_endCursor');
  return typeof cursor === 'string' ? cursor : null;
}

/** The lists, as `Type_field`, and the types that results contain. */
function shown(value: object, found = { fields: new Set<string>(), types: new Set<string>() }) {
  for (const [name, below] of Object.entries(value)) {
    if (name === '__typename') found.types.add(String(below));
    if (typeof below !== 'object' || below === null) continue;
    if (isFull(below)) for (const field of inherited(name)) found.fields.add(field);
    shown(below, found);
  }
  return found;
}

function isFull(list: object): boolean {
  if (Array.isArray(list)) return list.length > 0;
  return Object.entries(list).some(([field, edges]) => field.endsWith('_edges') && Array.isArray(edges) && edges.length > 0);
}

/** A field’s name as `Type_field`, for each type that has the field from an interface. */
function inherited(name: string): readonly string[] {
  const [typeName = '', field = ''] = name.split('_');
  const type = schema.getType(typeName);
  return isInterfaceType(type) ? schema.getPossibleTypes(type).map((one) => `${one.name}_${field}`) : [`${typeName}_${field}`];
}

describe('the documents', () => {
  it('are answered without errors', () => {
    expect(runs.flatMap(({ listing, errors }) => (errors.length > 0 ? [[listing.what, errors]] : []))).toEqual([]);
  });

  it('reach every type that a query can reach, and every list has something in it', () => {
    const { fields, types } = shown(runs.map(({ data }) => data));
    const lists = reachable().flatMap((type) =>
      Object.values(type.getFields())
        .filter(isList)
        .map(({ name }) => `${type.name}_${name}`),
    );
    expect(lists.length).toBeGreaterThan(30);
    expect(lists.filter((list) => !fields.has(list))).toEqual([]);
    expect(reachable().flatMap(({ name }) => (types.has(name) || name === 'Query' ? [] : [name]))).toEqual([]);
  });

  it('use every argument of every list', () => {
    // Most documents are asked several times, with other variables.
    const bySource = Map.groupBy(
      runs.map(({ listing }) => listing),
      ({ source }) => source,
    );
    const used = new Set([...bySource].flatMap(([source, alike]) => [...argumentsUsed(source, alike)]));
    const all = reachable().flatMap((type) =>
      Object.values(type.getFields())
        .filter(isList)
        .flatMap(({ name, args }) => args.map((argument) => `${type.name}.${name}(${argument.name})`)),
    );
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter((argument) => !used.has(argument))).toEqual([]);
  });
});

/** The arguments that a document gives a value to in any of its listings. */
function argumentsUsed(source: string, listed: readonly Listing[]): ReadonlySet<string> {
  const info = new TypeInfo(schema);
  const used = new Set<string>();
  visit(
    parse(source),
    visitWithTypeInfo(info, {
      Argument({ name, value }) {
        const [parent, field] = [info.getParentType(), info.getFieldDef()];
        if (!parent || !field || (value.kind === 'Variable' && listed.every(({ variables }) => variables[value.name.value] === undefined)))
          return;
        const types = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : [parent];
        for (const type of types) used.add(`${type.name}.${field.name}(${name.value})`);
      },
    }),
  );
  return used;
}

describe('the database', () => {
  it('holds tens of thousands of rows in every table that grows', async () => {
    const tables = (await log.sql.text("SELECT GROUP_CONCAT(table_name) FROM information_schema.tables WHERE table_schema = 'mpim'")).split(
      ',',
    );
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables.filter((name) => !smallTables.includes(name))) {
      expect(await log.sql.number(`SELECT COUNT(*) FROM \`${table}\``), table).toBeGreaterThan(10_000);
    }
  });

  it('reads every list through ranges of keys, and sorts no more than a page', async () => {
    const selects = new Map(
      runs.flatMap(({ listing, statements }) => statements.filter(isSelect).map((each) => [each, listing.what] as const)),
    );
    expect(selects.size).toBeGreaterThan(1_000);
    const needed = new Set<Allowance>();
    const faults: (readonly [string, readonly string[], string])[] = [];
    for (const [statement, what] of selects) {
      const plan = await planOf(log.sql, statement);
      const allowance = allowances.find((each) => each.statement.test(statement));
      const found = faultsOf(plan, allowance);
      if (found.length > 0) faults.push([what, found, statement.slice(0, 600)]);
      if (allowance && faultsOf(plan).length > 0) needed.add(allowance);
    }
    expect(faults).toEqual([]);
    // An allowance that no statement needs must be removed.
    expect(allowances.filter((each) => !needed.has(each))).toEqual([]);
  }, 180_000);

  it.each([
    ['reads all of Message', "SELECT seq FROM Message WHERE text = 'x'"],
    ['reads all of Stream', 'SELECT MAX(activeAt) FROM Stream'],
    [
      'reads all of u',
      'SELECT m.seq FROM Message m JOIN User u ON u.displayName = m.text WHERE m.conversationId = 5000000 AND m.seq < 2010',
    ],
    ['sorts', 'SELECT seq FROM Message WHERE conversationId = 5000000 AND seq > 30000 ORDER BY text LIMIT 10'],
    ['keeps', 'SELECT text, COUNT(*) FROM Message WHERE conversationId = 5000000 AND seq > 39000 GROUP BY text'],
    ['reads 30400 rows of', 'SELECT seq, text FROM Message WHERE conversationId = 5000000 AND seq > 1 AND ordinal = 3'],
    ['reads 5010 rows of', 'SELECT seq FROM Message WHERE conversationId = 5000000 ORDER BY seq LIMIT 10 OFFSET 5000'],
  ])('fails the check when it %s: %s', async (fault, statement) => {
    expect(faultsOf(await planOf(log.sql, statement))).toContainEqual(expect.stringContaining(fault));
  });
});

/**
 * The reads of an act: the run with the fewest of four, because the node’s own reads, once in its life and every few seconds, can come in
 * between.
 */
async function readsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
  const reads: (readonly string[])[] = [];
  for (let times = 0; times < 4; times += 1) reads.push((await log.during(act)).statements.filter(isSelect));
  return reads.toSorted((one, other) => one.length - other.length)[0] ?? [];
}

// These checks run for each message before it is stored, and for each typing signal.
describe('the check of who may write to whom', () => {
  const between = /FROM Block|FROM Contact/;

  function sending(conversationId: number) {
    return () =>
      chat.messages.send(viewer, { conversationId: BigInt(conversationId), text: 'hello', clientMessageId: `explained-${randomUUID()}` });
  }

  it('is one statement for a direct message, and none for a group', async () => {
    const [inGroup, inDirect] = [await readsOf(sending(world.smallGroup)), await readsOf(sending(world.direct))];
    expect(inGroup.filter((each) => between.test(each))).toEqual([]);
    expect(inDirect.filter((each) => between.test(each))).toHaveLength(1);
    expect(inDirect.filter((each) => between.test(each)).join()).toContain('LOCK IN SHARE MODE');
    // The two sides, and the block or contact between them.
    expect(inDirect.length).toBeLessThanOrEqual(inGroup.length + 2);
  });

  it('reads by keys, like the choice of who gets typing in a group', async () => {
    const typing = () => chat.messages.setTyping(viewer, { conversationId: BigInt(world.fairGroup), typing: false });
    const statements = [...(await readsOf(sending(world.direct))), ...(await readsOf(typing))].filter((each) => between.test(each));
    expect(statements).toHaveLength(2);
    for (const statement of statements) expect(faultsOf(await planOf(log.sql, statement), { rows: 3_000 }), statement).toEqual([]);
  });
});

describe('watching presence', () => {
  function statementsOf(count: number): Promise<readonly string[]> {
    return readsOf(async () => {
      const watch = chat.presence.watch(viewer, { userIds: peopleOf(world, count), signal: new AbortController().signal });
      // The first result comes when it is known of all users whether the viewer may watch them.
      expect(await watch.next()).toMatchObject({ done: false });
      await watch.return();
    });
  }

  it('takes one statement of each kind for ten users, and two for five hundred, because a statement takes 400 keys', async () => {
    const often = async (count: number, most: number) =>
      [...Map.groupBy(await statementsOf(count), kindOf)].flatMap(([kind, { length }]) => (length > most ? [[kind, length]] : []));
    expect(await often(10, 1)).toEqual([]);
    // A statement takes 400 keys.
    expect(await often(500, 2)).toEqual([]);
  });

  it('reads by keys: a few rows for each user, however many conversations the viewer is in', async () => {
    for (const statement of await statementsOf(500)) {
      // For users who are not contacts, the conversations that they are in are counted and read.
      expect(faultsOf(await planOf(log.sql, statement), { rows: 400 * 20 }), statement).toEqual([]);
    }
  });
});

describe('the backlog of an app', () => {
  it('is found by keys: that of a stream, and what is due for an app with twenty thousand of them', async () => {
    await using db = await connectMysql({
      url: log.stores.env['DATABASE_URL'] ?? '',
      connections: 2,
      writeDeadlineMs: 8_000,
      serverKey: true,
    });
    const app = uuidText(namedId('app1'));
    const { statements } = await log.during(async () => {
      expect((await behindIn(db.client, BigInt(world.other))).size).toBe(2);
      expect(await dueBacklogs(db.client, app, { now: new Date(), limit: 8 })).toHaveLength(8);
      expect(await dueBacklogs(db.client, app, { now: null, limit: 1 })).toHaveLength(1);
    });
    const reads = statements.filter((each) => isSelect(each) && each.includes('WebhookBacklog'));
    expect(reads).toHaveLength(3);
    for (const statement of reads) expect(faultsOf(await planOf(log.sql, statement), { rows: 8, sorted: 0 }), statement).toEqual([]);
  });
});

describe('the lists of groups for operators', () => {
  /** The statements that answer a document of the operators’ schema. */
  function statementsOf(source: string): Promise<readonly string[]> {
    const contextValue = { chat, viewer: { ...viewer, bot: false }, origin: 'here', note: () => undefined };
    return readsOf(async () => {
      const { errors } = await graphql({ schema: adminSchema, source, contextValue });
      expect(errors).toBeUndefined();
    });
  }

  const members = '{ edges { node { user { handle } role } } pageInfo { hasNextPage } }';

  it('are read through ranges of keys: a large group’s members, and the groups of a user in thousands of conversations', async () => {
    const { items } = await chat.groupAdministration.of(viewer.userId, { first });
    expect(items).toHaveLength(first);
    const id = formatId('Conversation', BigInt(world.bigGroup));
    const [own] = await chat.users.byIds([viewer.userId]);
    const of = (args: string) => `{ user(handle: "${own?.handle}") { groups(${args}) { edges { node { id owner { handle } } } } } }`;
    const past = (key: bigint | number) => `, after: "${formatCursor('group', String(key))}"`;
    const pages = [
      ...[await statementsOf(of(`first: ${first}`)), await statementsOf(of(`first: ${first}${past(world.smallGroup + 100)}`))],
      ...[await statementsOf(`{ group(id: "${id}") { name members(first: ${first}) ${members} } }`)],
    ];
    for (const statement of pages.flat()) expect(faultsOf(await planOf(log.sql, statement)), statement).toEqual([]);
    // After the groups come only direct conversations, which are skipped by keys.
    for (const statement of await statementsOf(of(`first: ${first}${past(world.smallGroup)}`))) {
      expect(faultsOf(await planOf(log.sql, statement), { rows: 3 * 5_002 }), statement).toEqual([]);
    }
  });

  it('are read at once for many users, and so are the groups’ owners and members', async () => {
    // The users who joined last are in no group.
    const after = formatCursor('userId', String(world.other + 90));
    const of = (count: number) =>
      `{ users(first: ${count}, after: "${after}") { edges { node { groups(first: 3) { edges { node { owner { handle } members(first: 3) ${members} } } } } } } }`;
    const [few, many] = [await statementsOf(of(2)), await statementsOf(of(40))];
    expect(few.filter((each) => each.includes('Membership_conversationId_state_joinedSeq_userId_idx'))).toHaveLength(1);
    expect(many.length).toBeLessThanOrEqual(few.length);
    expect(many.length).toBeLessThan(12);
  });
});

describe('the times when users were last online', () => {
  it('are stored for four hundred users at once by their keys, because rows that are read are locked too', async () => {
    await using db = await connectMysql({
      url: log.stores.env['DATABASE_URL'] ?? '',
      connections: 2,
      writeDeadlineMs: 8_000,
      serverKey: true,
    });
    const seen = peopleOf(world, 400).map((userId) => ({ userId, at: new Date() }));
    const { statements } = await log.during(() => db.transaction((tx) => raiseLastSeen(db, tx, seen)));
    const notes = statements.filter((each) => /^\s*INSERT INTO Presence/.test(each));
    expect(notes).toHaveLength(1);
    const plan = await planOf(log.sql, String(notes));
    expect(plan.reads.filter(({ table }) => table === 'u')).toMatchObject([{ access: 'eq_ref', key: 'PRIMARY', rows: 400 }]);
    // The values become a temporary table, which is read.
    expect(faultsOf(plan, { rows: 3 * 400 })).toEqual([]);
  });
});

// A response reads in rounds, one for each step from an object to what it refers to. A round reads all objects of a kind together. So a
// longer list makes statements longer, and makes more of them only where one would become too long.
describe('the number of statements', () => {
  async function answerOf(source: string, variables: Listing['variables']) {
    const { result, statements } = await log.during(() => ask(chat, viewer, source, variables));
    expect(result.errors).toEqual([]);
    const edges = outermost(result.data, '_edges');
    return { statements, length: Array.isArray(edges) ? edges.length : 0 };
  }

  async function statementsOf(source: string, variables: Listing['variables'] = {}): Promise<readonly string[]> {
    return (await answerOf(source, variables)).statements;
  }

  it('for the deepest document that a client may send does not grow from ten conversations to a hundred, or with ten times as many messages', async () => {
    // By the second run, everything that a node reads once in its life has been read.
    await statementsOf(deepDocument({ conversations: 10, messages: 3 }));
    const few = await statementsOf(deepDocument({ conversations: 10, messages: 3 }));
    // A dozen of them are for polls. How many reads fall into one turn, and so into one statement, differs from run to run: 134 to 166 were
    // seen.
    expect(few.length).toBeLessThan(200);
    expect(grownIn(few, await statementsOf(deepDocument({ conversations: 100, messages: 3 })), 90)).toEqual([]);
    expect(grownIn(few, await statementsOf(deepDocument({ conversations: 10, messages: 30 })), 27)).toEqual([]);
  }, 60_000);

  it('for presence is the same for five users and for a hundred', async () => {
    const presence = listings(world, viewer.userId).find(({ source }) => source.includes('Query_presence'));
    const ids = presence?.variables['userIds'];
    if (presence === undefined || !Array.isArray(ids)) throw new Error('there is no listing of how people are seen');
    expect(ids).toHaveLength(100);
    const sized = (size: number) => statementsOf(presence.source, { userIds: ids.slice(0, size) });
    expect(grownIn(await sized(5), await sized(100), 95)).toEqual([]);
  });

  it('for every list, with everything in it, does not grow with the page', async () => {
    const [small, large] = [5, 100];
    const pages = runs.filter(({ listing: { goesOn, what } }) => goesOn === true || /, (first|last)$/.test(what));
    expect(pages.length).toBeGreaterThan(25);
    const grown: (readonly [string, readonly string[]])[] = [];
    for (const {
      listing: { what, source, variables },
      statements,
    } of pages) {
      const size = 'last' in variables ? 'last' : 'first';
      const few = await answerOf(source, { ...variables, [size]: small });
      if (grownIn(few.statements, statements, Number(variables[size]) - small).length === 0) continue;
      // On a busy machine answers come in more turns, and so a few more reads have a statement of their own. What is read object by object
      // grows with a large page by as much as the page.
      const many = await answerOf(source, { ...variables, [size]: large });
      const added = many.length - few.length;
      // So few objects are no more than the turns. The same list is read where it is longer.
      if (added < 20) continue;
      const kinds = grownIn(few.statements, many.statements, added);
      if (kinds.length > 0) grown.push([what, kinds]);
    }
    expect(grown).toEqual([]);
  }, 120_000);

  it('is found to grow where each object of a page is read on its own', async () => {
    const each = (count: number) => Array.from({ length: count }, (_, n) => `SELECT * FROM User WHERE id = ${n} AND handle = 'anna${n}'`);
    const together = (count: number) => [`SELECT * FROM User WHERE id IN (${each(count).map((_, n) => n)})`];
    expect(grownIn([...each(10), ...together(10)], [...each(100), ...together(100)], 90)).toEqual([
      '10 -> 100 SELECT * FROM User WHERE id = ? AND handle = ?',
    ]);
  });
});

// The last, because they change the tables.
describe('beside the API', () => {
  explainPush(() => ({ log, chat, viewer }));
  explainRetention(() => ({ log, viewer, world }));
});

/**
 * The kinds of statements whose number grows with the `added` objects. Kinds that grow only because a statement takes some hundred keys are
 * not among them.
 */
function grownIn(few: readonly string[], many: readonly string[], added: number): readonly string[] {
  const [before, after] = [Map.groupBy(few, kindOf), Map.groupBy(many, kindOf)];
  return [...after].flatMap(([kind, { length }]) => {
    const known = before.get(kind)?.length ?? 0;
    return length - known < added / 4 ? [] : [`${known} -> ${length} ${kind}`];
  });
}

function isSelect(statement: string): boolean {
  return /^[\s(]*SELECT\b/.test(statement);
}
