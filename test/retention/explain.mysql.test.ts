import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { chatOn } from '../support/chat.ts';
import { fillLarge } from '../support/large-tables.ts';
import { person } from '../support/people.ts';
import { faultsOf, planOf } from '../support/query-plan.ts';
import { kindOf, type StatementLog, startStatementLog } from '../support/statement-log.ts';
import { ageIn } from './age.ts';

let log: StatementLog;
let chat: Chat;

beforeAll(async () => {
  log = await startStatementLog();
  // What a node polls by itself is not part of the measurement. The tables are filled with rows that are a few years old at most.
  chat = await chatOn(log.stores, { ROLES: 'gateway', HEAD_CHECK_MS: '600000', HISTORY_DAYS: '9000', ACCOUNT_LOG_DAYS: '9000' });
}, 180_000);
afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
});

/** A SELECT with the condition of a writing statement, which can be explained after it has run. */
function asSelect(statement: string): string {
  return statement.replace(/^\s*DELETE FROM/, 'SELECT 1 FROM').replace(/^\s*UPDATE (\w+) SET [\s\S]* WHERE /, 'SELECT 1 FROM $1 WHERE ');
}

function isAsked(statement: string): boolean {
  return /^[\s(]*(SELECT|UPDATE|DELETE)\b/.test(statement);
}

/** What statements read beyond ranges of keys. */
async function faultsAmong(statements: readonly string[]): Promise<readonly (readonly [string, readonly string[]])[]> {
  const faults: (readonly [string, readonly string[]])[] = [];
  for (const statement of statements.filter((each) => !/FOR UPDATE|LOCK IN|STRAIGHT_JOIN/.test(each)).map(asSelect)) {
    // A page of 200 streams is two reads each, a step 500 entries.
    const found = faultsOf(await planOf(log.sql, statement), { rows: 2_000 });
    if (found.length > 0) faults.push([statement.slice(0, 400), found]);
  }
  return faults;
}

it('old rows are found and removed by ranges of keys, whatever else exists', async () => {
  const ann = await person(chat, 'ann');
  const { bigGroup, bigSeq, fairGroup } = await fillLarge(log.sql, String(ann.userId));
  await ageIn(log.sql, BigInt(bigGroup), 4_200);
  // The threads of these tables are about newer messages.
  await log.sql.run(
    `UPDATE Message SET threadRootSeq = 2900, replyCount = 1 WHERE conversationId = ${bigGroup} AND seq BETWEEN 3000 AND 3100`,
    `INSERT INTO Reply (conversationId, rootSeq, seq, senderId) SELECT conversationId, 2900, seq, senderId FROM Message
      WHERE conversationId = ${bigGroup} AND seq BETWEEN 3000 AND 3100`,
  );
  const { statements } = await log.during(() => chat.retention.round({ after: 0n }, new AbortController().signal));
  expect(await log.sql.number(`SELECT floorSeq FROM Stream WHERE id = ${bigGroup}`)).toBe(4_200);
  expect(bigSeq).toBeGreaterThan(4_200);
  const asked = [...new Set(statements)].filter(isAsked);
  const written = new Set(asked.flatMap((each) => [...(/^\s*(?:DELETE FROM|UPDATE) (\w+)/.exec(each)?.slice(1) ?? [])]));
  expect([...written]).toEqual(
    expect.arrayContaining(['Message', 'MessageEdit', 'Mention', 'Reaction', 'Pin', 'AttachedMessage', 'Entry', 'Reply', 'Stream']),
  );
  expect(await faultsAmong(asked)).toEqual([]);
  // Some hundred groups with a time of their own, one of which has anything that old, among thousands of conversations.
  await ageIn(log.sql, BigInt(fairGroup), 1_200);
  await log.sql.run(`UPDATE Conversation SET historyDays = 9000 WHERE id = ${fairGroup} OR kind = 'GROUP' AND id % 2 = 0`);
  const own = await log.during(() => chat.retention.ownRound({ after: 0n }, new AbortController().signal));
  expect(await log.sql.number(`SELECT floorSeq FROM Stream WHERE id = ${fairGroup}`)).toBe(1_200);
  const ofGroups = Map.groupBy(own.statements.filter(isAsked), kindOf);
  expect([...ofGroups.keys()].filter((kind) => /historyDays/.test(kind)).length).toBeGreaterThan(1);
  expect(await faultsAmong([...ofGroups.values()].flatMap((alike) => alike.slice(0, 5)))).toEqual([]);
  // Accounts, one of which has thousands of entries.
  await ageIn(log.sql, ann.userId, 2_500);
  const trimming = await log.during(() => chat.retention.accountRound({ after: -1n }, new AbortController().signal));
  expect(await log.sql.number(`SELECT floorSeq FROM Stream WHERE id = ${ann.userId}`)).toBe(2_500);
  const ofAccounts = Map.groupBy(trimming.statements.filter(isAsked), kindOf);
  expect([...ofAccounts.keys()].filter((kind) => /Entry|Stream/.test(kind)).length).toBeGreaterThan(3);
  expect(await faultsAmong([...ofAccounts.values()].flatMap((alike) => alike.slice(0, 5)))).toEqual([]);
  // The round that enters older attachments into the list, over the same tables with some rows missing.
  await log.sql.run(`DELETE FROM AttachedMessage WHERE conversationId = ${bigGroup} AND kind = 3`);
  const from = { after: BigInt(bigGroup) - 1n, seq: 0, round: 9 };
  const entering = await log.during(() => chat.messages.repairAttachments(from, new AbortController().signal));
  expect(await log.sql.number(`SELECT COUNT(*) FROM AttachedMessage WHERE conversationId = ${bigGroup} AND kind = 3`)).toBeGreaterThan(500);
  const kinds = Map.groupBy(entering.statements.filter(isAsked), kindOf);
  expect(kinds.size).toBeGreaterThan(3);
  // Some statements of each kind: the pieces are alike.
  expect(await faultsAmong([...kinds.values()].flatMap((alike) => alike.slice(0, 5)))).toEqual([]);
}, 180_000);
