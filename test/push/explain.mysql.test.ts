import { createECDH } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { chatOn } from '../support/chat.ts';
import { fillLarge } from '../support/large-tables.ts';
import { groupOf, person, say } from '../support/people.ts';
import { faultsOf, planOf } from '../support/query-plan.ts';
import { isSelect, type StatementLog, startStatementLog } from '../support/statement-log.ts';

let log: StatementLog;
let chat: Chat;
let db: Db;

beforeAll(async () => {
  log = await startStatementLog();
  // The effect is called by hand; what a node asks by itself is no part of what is looked at.
  chat = await chatOn(log.stores, { JOB_POLL_MS: '60000', ROLES: 'gateway', PUSH_DELAY_MS: '0', HEAD_CHECK_MS: '600000' });
  db = await connectMysql({ url: log.stores.env['DATABASE_URL'] ?? '', connections: 2, writeDeadlineMs: 8_000, serverKey: true });
}, 180_000);
afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
});

it('what is due, whom to tell and what comes from ranges of keys, whatever else waits', async () => {
  const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
  const p256dh = createECDH('prime256v1').generateKeys('base64url');
  await chat.push.registerWeb(ben, { endpoint: 'https://push.example.invalid/x', p256dh, auth: 'A'.repeat(22) });
  const group = await groupOf(chat, ann, ben);
  await fillLarge(log.sql, String(ann.userId));
  // What waits already is not due yet.
  await log.sql.run(
    "UPDATE PushDue SET dueAt = '2999-01-01'",
    "UPDATE PushDelivery SET dueAt = '2999-01-01'",
    'ANALYZE TABLE PushDue, PushDelivery',
  );
  const seq = await say(chat, ann, group, 'hello');
  const [row] = await db.client.message.findMany({ where: { conversationId: group, seq } });
  const { statements } = await log.during(async () => {
    await chat.push.effect.wanted();
    await chat.push.effect.act(
      {
        ...{ streamId: group, kind: 'GROUP' },
        entries: [{ streamId: group, seq, at: row?.sentAt ?? expect.fail(), actorId: ann.userId, type: 'Hidden', data: null }],
      },
      new AbortController().signal,
    );
    const dueAt = new Date(0);
    await db.transaction((tx) => tx.pushDue.create({ data: { conversationId: group, fromSeq: seq, seq, dueAt } }));
    expect(await chat.push.sendDue()).toBe(1);
  });
  const selects = [...new Set(statements.filter(isSelect))];
  expect(selects.filter((each) => /Push(Due|Delivery|Device)/.test(each)).length).toBeGreaterThan(5);
  const faults: (readonly [string, readonly string[]])[] = [];
  for (const statement of selects) {
    const found = faultsOf(await planOf(log.sql, statement)).filter(
      (fault) => !/PushDevice/.test(fault) || !statement.endsWith('LIMIT 1 OFFSET 0'),
    );
    if (found.length > 0) faults.push([statement.slice(0, 400), found]);
  }
  expect(faults).toEqual([]);
}, 180_000);
