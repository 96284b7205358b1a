import { expect, it } from 'vitest';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import type { LargeWorld } from '../support/large-tables.ts';
import { faultsOf, planOf } from '../support/query-plan.ts';
import type { RawSql } from '../support/raw-sql.ts';
import { kindOf, type StatementLog } from '../support/statement-log.ts';
import { ageIn } from './age.ts';

// What a node polls by itself is not part of the measurement. The tables are filled with rows that are a few years old at most.
const env = { ROLES: 'gateway', HEAD_CHECK_MS: '600000', HISTORY_DAYS: '9000', ACCOUNT_LOG_DAYS: '9000' };

/** A SELECT with the condition of a writing statement, which can be explained after it has run. */
function asSelect(statement: string): string {
  return statement.replace(/^\s*DELETE FROM/, 'SELECT 1 FROM').replace(/^\s*UPDATE (\w+) SET [\s\S]* WHERE /, 'SELECT 1 FROM $1 WHERE ');
}

// A node's first commit also removes the marks of old commits, from the oldest on.
function isAsked(statement: string): boolean {
  return /^[\s(]*(SELECT|UPDATE|DELETE)\b/.test(statement) && !/FROM `Commit`/.test(statement);
}

/** What statements read beyond ranges of keys. */
async function faultsAmong(sql: RawSql, statements: readonly string[]): Promise<readonly (readonly [string, readonly string[]])[]> {
  const faults: (readonly [string, readonly string[]])[] = [];
  for (const statement of statements.filter((each) => !/FOR UPDATE|LOCK IN|STRAIGHT_JOIN/.test(each)).map(asSelect)) {
    // A page of 200 streams is two reads each, a step 500 entries.
    const found = faultsOf(await planOf(sql, statement), { rows: 2_000 });
    if (found.length > 0) faults.push([statement.slice(0, 400), found]);
  }
  return faults;
}

/** Tests how old rows are found and removed, in tables that were filled around a viewer. */
export function explainRetention(place: () => { readonly log: StatementLog; readonly viewer: Viewer; readonly world: LargeWorld }): void {
  it('old rows are found and removed by ranges of keys, whatever else exists', async () => {
    const { log, viewer, world } = place();
    const { bigGroup, bigSeq, fairGroup } = world;
    await using chat = await chatOn(log.stores, env);
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
    expect(await faultsAmong(log.sql, asked)).toEqual([]);
    // Some hundred groups with a time of their own, one of which has anything that old, among thousands of conversations.
    await ageIn(log.sql, BigInt(fairGroup), 1_200);
    await log.sql.run(`UPDATE Conversation SET historyDays = 9000 WHERE id = ${fairGroup} OR kind = 'GROUP' AND id % 2 = 0`);
    const own = await log.during(() => chat.retention.ownRound({ after: 0n }, new AbortController().signal));
    expect(await log.sql.number(`SELECT floorSeq FROM Stream WHERE id = ${fairGroup}`)).toBe(1_200);
    const ofGroups = Map.groupBy(own.statements.filter(isAsked), kindOf);
    expect([...ofGroups.keys()].filter((kind) => /historyDays/.test(kind)).length).toBeGreaterThan(1);
    expect(
      await faultsAmong(
        log.sql,
        [...ofGroups.values()].flatMap((alike) => alike.slice(0, 5)),
      ),
    ).toEqual([]);
    // Accounts, one of which has thousands of entries.
    await ageIn(log.sql, viewer.userId, 2_500);
    const trimming = await log.during(() => chat.retention.accountRound({ after: -1n }, new AbortController().signal));
    expect(await log.sql.number(`SELECT floorSeq FROM Stream WHERE id = ${viewer.userId}`)).toBe(2_500);
    const ofAccounts = Map.groupBy(trimming.statements.filter(isAsked), kindOf);
    expect([...ofAccounts.keys()].filter((kind) => /Entry|Stream/.test(kind)).length).toBeGreaterThan(3);
    expect(
      await faultsAmong(
        log.sql,
        [...ofAccounts.values()].flatMap((alike) => alike.slice(0, 5)),
      ),
    ).toEqual([]);
    // The round that enters older attachments into the list, over the same tables with some rows missing.
    await log.sql.run(`DELETE FROM AttachedMessage WHERE conversationId = ${bigGroup} AND kind = 3`);
    const from = { after: BigInt(bigGroup) - 1n, seq: 0, round: 9 };
    const entering = await log.during(() => chat.messages.repairAttachments(from, new AbortController().signal));
    expect(await log.sql.number(`SELECT COUNT(*) FROM AttachedMessage WHERE conversationId = ${bigGroup} AND kind = 3`)).toBeGreaterThan(
      500,
    );
    const kinds = Map.groupBy(entering.statements.filter(isAsked), kindOf);
    expect(kinds.size).toBeGreaterThan(3);
    // Some statements of each kind: the pieces are alike.
    expect(
      await faultsAmong(
        log.sql,
        [...kinds.values()].flatMap((alike) => alike.slice(0, 5)),
      ),
    ).toEqual([]);
  }, 180_000);
}
