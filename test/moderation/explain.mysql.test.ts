import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Item } from '../../src/queue/index.ts';
import { chatOn } from '../support/chat.ts';
import { faultsOf, planOf } from '../support/query-plan.ts';
import { kindOf, type StatementLog, startStatementLog } from '../support/statement-log.ts';

// The queue, read from tables of tens of thousands of rows: the plan of each statement is checked.

let log: StatementLog;
let chat: Chat;

const crowded = '00000000-0000-7000-8000-000000000007';

beforeAll(async () => {
  log = await startStatementLog();
  chat = await chatOn(log.stores, { HEAD_CHECK_MS: '600000', ROLES: 'gateway' });
  // 40,000 items, of which one in ten is open, and of those one in ten is about a user. The seventh item has 5,000 reports.
  await log.sql.run(`INSERT INTO ModerationItem (id, kind, openTarget, streamId, seq, userId, text, state, createdAt, resolvedAt, action)
    SELECT UNHEX(CONCAT('000000000000', '70008000', LPAD(HEX(seq), 12, '0'))), IF(seq % 100 = 0, 'USER', 'MESSAGE'),
      IF(seq % 10 = 0, CONCAT('MESSAGE:1:', seq), NULL), 1, seq, 1 + seq % 50, 'text', IF(seq % 10 = 0, 'OPEN', 'RESOLVED'),
      UTC_TIMESTAMP(3), IF(seq % 10 = 0, NULL, UTC_TIMESTAMP(3)), IF(seq % 10 = 0, NULL, 'DISMISS') FROM seq_1_to_40000`);
  await log.sql.run(`INSERT INTO ModerationReport (itemId, reporterId, reason, at)
    SELECT id, 5, 'SPAM', createdAt FROM ModerationItem`);
  await log.sql.run(`INSERT INTO ModerationReport (itemId, reporterId, reason, at)
    SELECT UNHEX(REPLACE('${crowded}', '-', '')), 100 + seq, IF(seq % 2, 'SPAM', 'HATE'), UTC_TIMESTAMP(3) - INTERVAL seq SECOND FROM seq_1_to_5000`);
  await log.sql.run('ANALYZE TABLE ModerationItem, ModerationReport');
}, 180_000);

afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
});

async function one(id: string): Promise<Item> {
  const [item = null] = await chat.moderation.byIds([id]);
  if (item === null) throw new Error('there is no such item');
  return item;
}

const middle = '00000000-0000-7000-8000-000000005000';

/** The reads of admins. The counts of an item may read more than a page: they count all its reports. */
const reads: Readonly<Record<string, () => Promise<unknown>>> = {
  'what is open': () => chat.moderation.queue({ state: 'OPEN', first: 100 }),
  'what is open, from the middle on': () => chat.moderation.queue({ state: 'OPEN', first: 100, after: middle }),
  'what is open of a rare kind': () => chat.moderation.queue({ state: 'OPEN', kind: 'USER', first: 100, after: middle }),
  'what is open of a kind that there is none of': () => chat.moderation.queue({ state: 'OPEN', kind: 'GROUP', first: 100 }),
  'what is resolved': () => chat.moderation.queue({ state: 'RESOLVED', first: 100 }),
  'what is resolved of a kind, from the middle on': () =>
    chat.moderation.queue({ state: 'RESOLVED', kind: 'MESSAGE', first: 100, after: middle }),
  'what is said of an item': async () => chat.moderation.reports(await one(crowded), { first: 100 }),
  'what is said of an item, further on': async () => {
    const { items } = await chat.moderation.reports(await one(crowded), { first: 100 });
    return await chat.moderation.reports(await one(crowded), { first: 100, after: items.at(-1)?.key });
  },
  'what somebody has reported, from the middle on': () => chat.reports.by(5n, { first: 100, after: middle }),
  'a page with its counts and messages': async () => {
    const { items } = await chat.moderation.queue({ state: 'OPEN', first: 100 });
    const all = items.map(({ item }) => item);
    return await Promise.all([chat.moderation.counts(all), chat.moderation.messages(all)]);
  },
};

it.each(Object.entries(reads))('%s is read by ranges of keys, and no more than a page needs', async (_what, read) => {
  const { result, statements } = await log.during(read);
  expect(result).toBeDefined();
  const selects = [...new Map(statements.map((statement) => [kindOf(statement), statement])).values()].filter((select) =>
    /^SELECT/.test(select),
  );
  expect(selects.length).toBeGreaterThan(0);
  for (const statement of selects) expect(faultsOf(await planOf(log.sql, statement)), statement).toEqual([]);
});

it('erasing an account reads only its own items of the queue', async () => {
  const { statements } = await log.during(() => chat.moderation.eraseAll(7n, { messages: 'KEEP', signal: new AbortController().signal }));
  const found = statements.filter((statement) => /^SELECT .*ModerationItem/s.test(statement));
  expect(found).toHaveLength(1);
  for (const statement of found) expect(faultsOf(await planOf(log.sql, statement)), statement).toEqual([]);
});
