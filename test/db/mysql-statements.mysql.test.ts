import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { type Db, insertMessages, sql, type Tx } from '../../src/db/index.ts';
import { type Fresh, freshMysql } from './fresh.ts';
import { failWithLate, isMarked, leaveMark, newMark } from './statements.contract.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
let place: Fresh;
let db: Db;

beforeAll(async () => {
  place = await freshMysql(inject('mysqlUrl'));
  db = await place.open();
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

async function newStream(tx: Tx): Promise<bigint> {
  return (await tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } })).id;
}

function raise(tx: Tx, id: bigint): Promise<number> {
  return tx.$executeRaw(sql`UPDATE Stream SET lastSeq = lastSeq + 1 WHERE id = ${id}`);
}

const autocommit = sql`SELECT @@autocommit AS autocommit`;

describe('a transaction', () => {
  test('that fails before the server has begun it stores nothing of a late statement', async () => {
    const marks = Array.from({ length: 20 }, newMark);
    for (const [microtasks, mark] of marks.entries()) {
      // A connection of its own, which has been in no transaction.
      await using fresh = await place.open();
      await failWithLate(fresh, mark, microtasks);
    }
    expect(await Promise.all(marks.map((mark) => isMarked(db, mark)))).not.toContain(true);
  });

  test('that the server has rolled back for a deadlock stores nothing of the statements sent behind it', async () => {
    const [one, other] = await db.transaction(async (tx) => [await newStream(tx), await newStream(tx)] as const);
    const mark = newMark();
    const [strongHolds, weakHolds] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const strong = db.transaction(async (tx) => {
      // The server rolls back the transaction that has written less.
      for (let written = 0; written < 20; written += 1) await leaveMark(tx, newMark());
      await raise(tx, one);
      strongHolds.resolve();
      await weakHolds.promise;
      await raise(tx, other);
    });
    await strongHolds.promise;
    let tries = 0;
    const weak = db.transaction(async (tx) => {
      tries += 1;
      if (tries > 1) return;
      await raise(tx, other);
      weakHolds.resolve();
      await Promise.all([raise(tx, one), leaveMark(tx, mark)]);
    });
    await Promise.all([strong, weak]);
    expect(tries).toBe(2);
    expect(await isMarked(db, mark)).toBe(false);
  });

  test('gives its connection back to reads in autocommit mode, and reuses it', async () => {
    await using narrow = await connectMysql({ url: place.place, connections: 1, writeDeadlineMs: 8_000 });
    const mark = newMark();
    expect(await narrow.client.$queryRaw(autocommit)).toEqual([{ autocommit: 1n }]);
    for (let round = 0; round < 2; round += 1) {
      expect(await narrow.transaction((tx) => tx.$queryRaw(autocommit))).toEqual([{ autocommit: 0n }]);
      expect(await narrow.client.$queryRaw(autocommit)).toEqual([{ autocommit: 1n }]);
    }
    await narrow.transaction((tx) => leaveMark(tx, mark));
    expect(await isMarked(db, mark)).toBe(true);
  });
});

// Each id has another length, so that for some of them the shown part ends in the middle of a value.
test.each(
  Array.from({ length: 18 }, (_, zeros) => 10n ** BigInt(zeros)),
)('the error of a failed statement shows which statement it was, and neither all of it nor its values (%d)', async (conversationId) => {
  const rows = Array.from({ length: 300 }, (_, place) => ({
    ...{ conversationId, seq: 1, ordinal: 1, senderId: 123_456_789n, clientMessageId: `${place}`, text: 'secret', sentAt: at },
    ...{ fingerprint: new Uint8Array(16).fill(0xab), replyToSeq: null, threadRootSeq: null, mentionsEveryone: false, mentionIds: null },
    ...{ originId: null, originName: null, attachments: null, data: null, poll: null },
  }));
  const fault: unknown = await db.transaction((tx) => insertMessages(db, tx, rows)).catch((error: unknown) => error);
  const told = inspect(fault, { depth: 5 });
  expect(told).toContain('INSERT INTO Message');
  // The server itself names the duplicate key.
  expect(told.replaceAll(/Duplicate entry '[^']*'/g, '')).not.toMatch(/123456789|secret|abab|2026-01-02/);
  expect(told.length).toBeLessThan(6_000);
});
