import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { chatOn } from '../support/chat.ts';
import { fillLarge } from '../support/large-tables.ts';
import { person } from '../support/people.ts';
import { faultsOf, planOf } from '../support/query-plan.ts';
import { type StatementLog, startStatementLog } from '../support/statement-log.ts';
import { ageIn } from './age.ts';

let log: StatementLog;
let chat: Chat;

beforeAll(async () => {
  log = await startStatementLog();
  // What a node asks by itself, from time to time, is no part of what is looked at. The tables are filled with what is a few years old at most.
  chat = await chatOn(log.stores, { ROLES: 'gateway', HEAD_CHECK_MS: '600000', HISTORY_DAYS: '9000' });
}, 180_000);
afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
});

/** What a statement that writes looks for, as one that can be explained when it has been run. */
function asSelect(statement: string): string {
  return statement.replace(/^\s*DELETE FROM/, 'SELECT 1 FROM').replace(/^\s*UPDATE (\w+) SET [\s\S]* WHERE /, 'SELECT 1 FROM $1 WHERE ');
}

it('finds and trims what is old in ranges of keys, whatever else there is', async () => {
  const ann = await person(chat, 'ann');
  const { bigGroup, bigSeq } = await fillLarge(log.sql, String(ann.userId));
  await ageIn(log.sql, BigInt(bigGroup), 4_200);
  // The threads of these tables are about what is newer.
  await log.sql.run(
    `UPDATE Message SET threadRootSeq = 2900, replyCount = 1 WHERE conversationId = ${bigGroup} AND seq BETWEEN 3000 AND 3100`,
    `INSERT INTO Reply (conversationId, rootSeq, seq, senderId) SELECT conversationId, 2900, seq, senderId FROM Message
      WHERE conversationId = ${bigGroup} AND seq BETWEEN 3000 AND 3100`,
  );
  const { statements } = await log.during(() => chat.retention.round({ after: 0n }, new AbortController().signal));
  expect(await log.sql.number(`SELECT floorSeq FROM Stream WHERE id = ${bigGroup}`)).toBe(4_200);
  expect(bigSeq).toBeGreaterThan(4_200);
  const asked = [...new Set(statements)].filter((each) => /^[\s(]*(SELECT|UPDATE|DELETE)\b/.test(each));
  const written = new Set(asked.flatMap((each) => [...(/^\s*(?:DELETE FROM|UPDATE) (\w+)/.exec(each)?.slice(1) ?? [])]));
  expect([...written]).toEqual(
    expect.arrayContaining(['Message', 'MessageEdit', 'Mention', 'Reaction', 'Pin', 'AttachedMessage', 'Entry', 'Reply', 'Stream']),
  );
  const faults: (readonly [string, readonly string[]])[] = [];
  for (const statement of asked.filter((each) => !/FOR UPDATE|LOCK IN|STRAIGHT_JOIN/.test(each)).map(asSelect)) {
    // A page of 200 streams is two reads each, a step 500 entries.
    const found = faultsOf(await planOf(log.sql, statement), { rows: 2_000 });
    if (found.length > 0) faults.push([statement.slice(0, 400), found]);
  }
  expect(faults).toEqual([]);
}, 180_000);
